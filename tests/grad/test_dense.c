/* The affine layer, the band embedding and the losses. */
#include "differences.h"

#include "talik/nn/dense.h"
#include "talik/nn/embed.h"
#include "talik/nn/loss.h"

enum { L = 5, N = 7, F = 3, E = 2, BANDS = 4, M = 4 };

typedef struct {
    double *theta, *x, *y, *w;
} problem;

static problem
make(size_t theta, size_t x, size_t y)
{
    return (problem){numbers(1, theta), numbers(2, x), numbers(3, y),
                     numbers(4, y)};
}

static void
drop(problem *p)
{
    tk_free(p->theta);
    tk_free(p->x);
    tk_free(p->y);
    tk_free(p->w);
}

static const tk_dense_dims dense = {M, F, N};
static const tk_dense_at dense_at = {1, 1 + M *F};

static double
dense_loss(void *what)
{
    problem *p = what;

    tk_dense_forward(dense, dense_at, p->theta, p->x, p->y);
    return weighted_sum(M * N, p->y, p->w);
}

static void
affine(void **state)
{
    const size_t n = 1 + M * F + M;
    problem p = make(n, F * N, M * N);
    double *dtheta = tk_new(n, sizeof *dtheta), *dx = numbers(5, F * N);

    (void)state;
    tk_dense_backward(dense, dense_at, p.theta, p.x, p.w, dtheta, dx);
    check_gradient("theta", dense_loss, &p, n, p.theta, dtheta, 1e-8);
    check_gradient("x", dense_loss, &p, F * N, p.x, dx, 1e-8);
    tk_free(dtheta);
    tk_free(dx);
    drop(&p);
}

static const tk_embed_dims embed = {L, N, F, E, BANDS};
static const int band[N] = {3, 0, 0, 2, 3, 3, 0};

static double
embed_loss(void *what)
{
    problem *p = what;

    tk_embed_forward(embed, p->theta, band, p->x, p->y);
    return weighted_sum(L * (F + E) * N, p->y, p->w);
}

static void
embedding(void **state)
{
    const size_t rows = F + E;
    problem p = make(BANDS * E, L * F * N, L * rows * N);
    double *dtable = tk_new(BANDS * E, sizeof *dtable);
    double *again = tk_new(BANDS * E, sizeof *again);
    double *dx = numbers(5, L * F * N), *last = numbers(6, L * E * N);

    (void)state;
    tk_embed_backward(embed, band, rows, p.w, dtable, dx);
    check_gradient("table", embed_loss, &p, BANDS * E, p.theta, dtable, 1e-8);
    check_gradient("x", embed_loss, &p, L * F * N, p.x, dx, 1e-8);
    /* From the rows of the embedding alone. */
    for (size_t i = 0; i < L * E * N; i++)
        last[i] = p.w[(i / (E * N) * rows + F) * N + i % (E * N)];
    tk_embed_backward(embed, band, E, last, again, NULL);
    for (size_t i = 0; i < BANDS * E; i++)
        CHECK_NEAR(again[i], dtable[i], 1e-14);
    tk_free(dtable);
    tk_free(again);
    tk_free(dx);
    tk_free(last);
    drop(&p);
}

typedef struct {
    tk_loss loss;
    double *y, *target, *depth, *cell;
} judged;

static double
judge(void *what)
{
    judged *j = what;

    return tk_loss_eval(&j->loss, M, N, j->depth, j->cell, j->y, j->target,
                        NULL)
        .sum;
}

static void
losses(void **state)
{
    const tk_loss kinds[] = {{TK_LOSS_MSE, 0}, {TK_LOSS_HUBER, 0.7}};

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        judged j = {kinds[k], numbers(1, M * N), numbers(2, M * N),
                    numbers(3, M), numbers(4, N)};
        double *dy = numbers(5, M * N);

        j.target[5] = NAN;
        for (size_t i = 0; i < M; i++)
            j.depth[i] = fabs(j.depth[i]);
        for (size_t i = 0; i < N; i++)
            j.cell[i] = i == 2 ? 0 : fabs(j.cell[i]);
        tk_loss_eval(&j.loss, M, N, j.depth, j.cell, j.y, j.target, dy);
        check_gradient("y", judge, &j, M * N, j.y, dy, 1e-8);
        tk_free(j.y);
        tk_free(j.target);
        tk_free(j.depth);
        tk_free(j.cell);
        tk_free(dy);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(affine),
        cmocka_unit_test(embedding),
        cmocka_unit_test(losses),
    };

    return cmocka_run_group_tests_name("gradient of dense, embed, loss", tests,
                                       NULL, NULL);
}

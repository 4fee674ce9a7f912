/* A carried state: runs in pieces, and cells that lose theirs. */
#include "../models.h"

typedef struct {
    run r;
    size_t DN, FN, n;         /* of a step; of a state */
    tk_real *h, *h1, *y, *y1; /* of two runs           */
} carried;

static void
make_carried(carried *c, const tk_model_dims *s)
{
    make(&c->r, "gru", s);
    tk_free(c->r.pass.work);
    c->r.pass.work = numbers(5, tk_net_work(&c->r.net, N, s->L));
    c->DN = s->D * N;
    c->FN = s->F * N;
    c->n = tk_net_state(&c->r.net, N);
    c->h = numbers(6, c->n);
    c->h1 = numbers(7, c->n);
    c->y = numbers(8, T * c->DN);
    c->y1 = numbers(9, T * c->DN);
}

static void
drop_carried(carried *c)
{
    tk_free(c->h);
    tk_free(c->h1);
    tk_free(c->y);
    tk_free(c->y1);
    drop(&c->r);
}

/* Steps first .. first + n - 1 from the state h, which moves on. */
static void
go_on(carried *c, const unsigned char *lost, size_t first, size_t n, tk_real *h,
      tk_real *y)
{
    tk_pass p = c->r.pass;

    p.x += first * c->FN;
    p.h0 = p.h1 = h;
    p.lost = lost ? lost + first * N : NULL;
    p.net->model->predict(&p, n, y ? y + first * c->DN : NULL);
}

/* Cell 3 loses its state twice in a row, cell 8 as well in between, the last
 * cell after the last step.
 */
static void
lose(unsigned char lost[T][N])
{
    memset(lost, 0, T * N);
    lost[2][3] = lost[3][3] = 1;
    lost[3][8] = 2;
    lost[6][0] = 1;
    lost[T - 1][N - 1] = 3;
}

static const tk_model_dims *const both[] = {&plain, &banded};

/* Pieces of one length and another, the state handed on: the same bits, also
 * where no answers are asked for on the way.
 */
static void
pieces(void **state)
{
    unsigned char lost[T][N];

    (void)state;
    lose(lost);
    for (size_t k = 0; k < 2; k++)
        for (size_t len = 1; len < T; len++) {
            carried c;

            make_carried(&c, both[k]);
            memcpy(c.h1, c.h, c.n * sizeof *c.h);
            go_on(&c, lost[0], 0, T, c.h, c.y);
            for (size_t t = 0; t < T; t += len)
                go_on(&c, lost[0], t, t + len < T ? len : T - t, c.h1,
                      t > 0 ? c.y1 : NULL);
            assert_memory_equal(c.h, c.h1, c.n * sizeof *c.h);
            assert_memory_equal(c.y + len * c.DN, c.y1 + len * c.DN,
                                (T - len) * c.DN * sizeof *c.y);
            drop_carried(&c);
        }
}

/* A run from the zero state over the steps of a window is that window. */
static void
begins_as_a_window(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        const size_t last = both[k]->L - 1;
        carried c;

        make_carried(&c, both[k]);
        memset(c.h, 0, c.n * sizeof *c.h);
        go_on(&c, NULL, 0, last + 1, c.h, c.y);
        c.r.net.model->predict(&c.r.pass, last + 1, c.y1);
        assert_memory_equal(c.y + last * c.DN, c.y1, c.DN * sizeof *c.y);
        drop_carried(&c);
    }
}

/* After the step in which a cell loses its state it goes on as one that begins
 * there; the others, and itself up to then, do not see it.
 */
static void
losses(void **state)
{
    unsigned char lost[T][N];

    (void)state;
    lose(lost);
    for (size_t k = 0; k < 2; k++) {
        carried c;

        make_carried(&c, both[k]);
        memcpy(c.h1, c.h, c.n * sizeof *c.h);
        go_on(&c, lost[0], 0, T, c.h, c.y);
        for (size_t i = N - 1; i < c.n; i += N)
            CHECK_NEAR(c.h[i], 0, 0);
        for (size_t cell = 0; cell < N; cell++) {
            size_t begin = 0;

            for (size_t t = 0; t + 1 < T; t++)
                begin = lost[t][cell] ? t + 1 : begin;
            if (begin == 0)
                memcpy(c.h, c.h1, c.n * sizeof *c.h);
            else
                memset(c.h, 0, c.n * sizeof *c.h);
            go_on(&c, NULL, begin, T - begin, c.h, c.y1);
            for (size_t i = begin * c.DN + cell; i < T * c.DN; i += N)
                CHECK_NEAR(c.y1[i], c.y[i], 0);
        }
        memcpy(c.h, c.h1, c.n * sizeof *c.h);
        go_on(&c, NULL, 0, 4, c.h, c.y1);
        for (size_t i = 0; i < 3 * c.DN; i++)
            CHECK_NEAR(c.y1[i], c.y[i], 0);
        drop_carried(&c);
    }
}

/* Training's pass answers as prediction does, and leaves the same state. */
static void
forward_is_predict(void **state)
{
    unsigned char lost[T][N];

    (void)state;
    lose(lost);
    lost[plain.L - 1][4] = 1;
    for (size_t k = 0; k < 2; k++) {
        const size_t L = both[k]->L;
        carried c;
        tk_pass p;

        make_carried(&c, both[k]);
        p = c.r.pass;
        p.h0 = c.h;
        p.h1 = c.h1;
        p.lost = lost[0];
        p.net->model->forward(&p, c.y1);
        go_on(&c, lost[0], 0, L, c.h, c.y);
        assert_memory_equal(c.h, c.h1, c.n * sizeof *c.h);
        assert_memory_equal(c.y, c.y1, L * c.DN * sizeof *c.y);
        drop_carried(&c);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces),
        cmocka_unit_test(begins_as_a_window),
        cmocka_unit_test(losses),
        cmocka_unit_test(forward_is_predict),
    };

    return cmocka_run_group_tests_name("carried state", tests, NULL, NULL);
}

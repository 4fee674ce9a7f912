/* `talik correct`: the forcing of a climate model on the grid of a reanalysis,
 * without its bias.
 *
 * Tiles go by in batches: for each variable the reanalysis and the history are
 * read, then each scenario; all cells of the batch are corrected over all months
 * and written.  Every experiment is compared with the same reference.
 */
#include <math.h>
#include <string.h>

#include "correct_impl.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"

/* A batch of this rank's tiles. */
typedef struct {
    size_t tile; /* of this rank, the first */
    tk_run part;
    tk_cells cells;
    double *area; /* [nlane] */
    /* [months][nlane]: the reference period; the history; what of the reference
     * comes after it; a scenario; an experiment corrected
     */
    float *observed, *history, *beyond, *future, *done;
    double *work;              /* of one cell */
    double (*means)[WHENS][2]; /* [nlane] of the history, for the report */
} batch;

static size_t
span(int first, int last)
{
    return last >= first ? (size_t)(last - first) + 1 : 0;
}

static size_t
reference_months(const correction *c)
{
    return span(c->ref_first, c->ref_last);
}

static size_t
beyond_months(const correction *c)
{
    return span(c->exp[0].last + 1, c->ref_last);
}

static size_t
months_of(const correction *c, size_t e)
{
    return span(c->exp[e].first, c->exp[e].last);
}

/* Of the longest scenario. */
static size_t
future_months(const correction *c)
{
    size_t most = 0;

    for (size_t e = 1; e < c->nexp; e++)
        most = months_of(c, e) > most ? months_of(c, e) : most;
    return most;
}

static size_t
written_months(const experiment *e)
{
    return span(e->from, e->to);
}

static size_t
done_months(const correction *c)
{
    size_t most = 0;

    for (size_t e = 0; e < c->nexp; e++)
        most = written_months(&c->exp[e]) > most ? written_months(&c->exp[e])
                                                 : most;
    return most;
}

/* Floats of a lane. */
static size_t
lane_floats(const correction *c)
{
    return reference_months(c) + months_of(c, 0) + beyond_months(c)
           + future_months(c) + done_months(c);
}

/* ---- a batch ------------------------------------------------------------- */

static void
batch_drop(batch *b)
{
    correct_cells_drop(&b->cells);
    tk_run_drop(&b->part);
    tk_free(b->area);
    tk_free(b->observed);
    tk_free(b->work);
    tk_free(b->means);
}

static tk_err
allocate(const correction *c, batch *b)
{
    const size_t n = b->part.nlane;
    float *x = tk_new(lane_floats(c) * n, sizeof *x);

    b->area = tk_new(n, sizeof *b->area);
    b->work = tk_new(2 * reference_months(c)
                         + 2 * (months_of(c, 0) + future_months(c)),
                     sizeof *b->work);
    b->means = tk_new(n, sizeof *b->means);
    b->observed = x;
    if (!x || !b->area || !b->work || !b->means)
        return TK_ERUN;
    b->history = x + reference_months(c) * n;
    b->beyond = b->history + months_of(c, 0) * n;
    b->future = b->beyond + beyond_months(c) * n;
    b->done = b->future + future_months(c) * n;
    return TK_OK;
}

/* **Collective.** */
static tk_err
batch_make(const correction *c, size_t tile, size_t ntile, batch *b)
{
    tk_err err;

    *b = (batch){.tile = tile};
    err = tk_run_make(&c->grid, c->run.first_tile + tile, ntile, &b->part);
    if (!err)
        err = allocate(c, b);
    err = tk_agree(c->par, err);
    if (!err)
        err = correct_cells(c, &b->part, &b->cells, b->area);
    if (err)
        batch_drop(b);
    return err;
}

/* Sums of a month are those of the output's calendar. */
static void
fit_days(const correction *c, tk_series *s, int first, size_t n, size_t nlane,
         float *x)
{
    for (size_t t = 0; t < n; t++) {
        const int m = first + (int)t;
        const int here = tk_month_days(c->calendar, m);
        const int there = tk_month_days(tk_series_calendar(s, m), m);

        for (size_t l = 0; here != there && l < nlane; l++)
            x[t * nlane + l] = (float)((double)x[t * nlane + l] * here / there);
    }
}

/* **Collective.**  Months of experiment e on the batch's cells. */
static tk_err
read_modelled(correction *c, const batch *b, size_t v, size_t e, int first,
              size_t n, float *out)
{
    tk_coarse *coarse = c->exp[e].coarse[v];
    tk_coarse_lanes lanes = {0};
    tk_err err =
        tk_agree(c->par, tk_coarse_lanes_make(coarse, &b->cells, &lanes));

    if (!err)
        err = tk_coarse_read(coarse, &lanes, first, n, b->part.nlane, out);
    if (!err && c->var[v].total)
        fit_days(c, tk_coarse_series(coarse), first, n, b->part.nlane, out);
    if (v == 0 && e == 0) {
        c->borrowed += lanes.weights.borrowed;
        c->outside += lanes.weights.outside;
        c->farthest = fmax(c->farthest, lanes.weights.farthest);
    }
    tk_coarse_lanes_drop(&lanes);
    return err;
}

/* **Collective.**  What every experiment is compared with. */
static tk_err
read_reference(correction *c, const batch *b, size_t v)
{
    TK_TRY(tk_series_read(c->var[v].observed, &b->part, c->ref_first,
                          reference_months(c), b->observed));
    TK_TRY(read_modelled(c, b, v, 0, c->exp[0].first, months_of(c, 0),
                         b->history));
    if (beyond_months(c) == 0)
        return TK_OK;
    return read_modelled(c, b, v, c->lengthens, c->exp[0].last + 1,
                         beyond_months(c), b->beyond);
}

/* ---- cells --------------------------------------------------------------- */

static void
column_of(const float *in, size_t n, size_t nlane, size_t l, double *out)
{
    for (size_t t = 0; t < n; t++)
        out[t] = (double)in[t * nlane + l];
}

/* Corrects lane l of experiment e; what cannot be corrected is missing. */
static tk_err
correct_lane(correction *c, const batch *b, size_t v, size_t e, size_t l)
{
    const experiment *h = &c->exp[0], *now = &c->exp[e];
    const size_t nlane = b->part.nlane, nref = reference_months(c);
    const size_t nh = span(h->first, e ? now->first - 1 : h->last);
    const size_t n = months_of(c, e), all = e ? nh + n : nh;
    const size_t in_history =
        nref - beyond_months(c); /* months of the reference */
    double *observed = b->work, *modelled = observed + nref;
    double *x = modelled + nref, *y = x + all;
    tk_err err;

    column_of(b->observed, nref, nlane, l, observed);
    column_of(b->history + span(h->first, c->ref_first - 1) * nlane, in_history,
              nlane, l, modelled);
    column_of(b->beyond, nref - in_history, nlane, l, modelled + in_history);
    column_of(b->history, nh, nlane, l, x);
    if (e)
        column_of(b->future, n, nlane, l, x + nh);
    err = tk_adjust_series(&c->var[v].how, b->part.first_cell + l, c->ref_first,
                           nref, observed, c->ref_first, nref, modelled,
                           h->first, all, x, y);
    if (err == TK_EDATA) {
        if (c->failed++ == 0)
            c->why = *tk_last_fault();
        for (size_t t = 0; t < all; t++)
            y[t] = NAN;
    } else if (err) {
        return err;
    }
    for (size_t t = 0; t < written_months(now); t++)
        b->done[t * nlane + l] = (float)y[span(h->first, now->from - 1) + t];
    correct_sums_add(c, v, e, b->tile + l / TK_TILE,
                     &(correct_cell){.area = b->area[l],
                                     .observed = observed,
                                     .before = x,
                                     .after = y,
                                     .first = h->first,
                                     .n = all,
                                     .history = b->means[l]});
    return TK_OK;
}

/* **Collective.**  An experiment of the batch: read, corrected, written. */
static tk_err
correct_experiment(correction *c, const batch *b, size_t v, size_t e)
{
    const experiment *now = &c->exp[e];
    tk_err err = TK_OK;

    if (e > 0)
        TK_TRY(
            read_modelled(c, b, v, e, now->first, months_of(c, e), b->future));
    if (tk_injected("correct.cell"))
        err = tk_fail(TK_ERUN, "injected: correct.cell");
    for (size_t l = 0; l < b->part.ncell && !err; l++)
        err = correct_lane(c, b, v, e, l);
    TK_AGREE(c->par, err);
    return tk_out_write_part(now->out, &b->part, v, 0, written_months(now),
                             b->done);
}

/* **Collective.**  All tiles, as many at a time as memory allows.
 */
static tk_err
correct_tiles(correction *c)
{
    const size_t bytes = lane_floats(c) * TK_TILE * sizeof(float);
    const size_t at_once = tk_at_once(tk_setup_budget(c->setup), bytes);
    const size_t rounds = tk_par_rounds(c->par, c->run.ntile, at_once);
    tk_progress progress;
    size_t tile = 0;
    tk_err err = TK_OK;

    progress = tk_progress_begin("batch", (long)(rounds * c->nvar * c->nexp));
    for (size_t r = 0; r < rounds && !err; r++) {
        const size_t left = c->run.ntile - tile;
        const size_t n = left < at_once ? left : at_once;
        batch b;

        TK_TRY(batch_make(c, tile, n, &b));
        for (size_t v = 0; v < c->nvar && !err; v++) {
            err = read_reference(c, &b, v);
            for (size_t e = 0; e < c->nexp && !err; e++) {
                err = correct_experiment(c, &b, v, e);
                if (!err)
                    tk_progress_step(&progress, c->var[v].name, "%s",
                                     c->exp[e].name);
            }
        }
        batch_drop(&b);
        tile += n;
    }
    return err;
}

/* ---- the command --------------------------------------------------------- */

/* Rank 0: the report may be written, before hours are spent on it. */
static tk_err
check_report(const correction *c)
{
    const tk_config *k = &c->setup->c;

    return c->par->rank == 0 ? tk_out_check(k->correct.report, k->run.overwrite)
                             : TK_OK;
}

/* **Collective.**  What could not be done, over all ranks. */
static void
say_gaps(const correction *c)
{
    uint64_t count[3] = {c->failed, c->borrowed, c->outside};
    double farthest = c->farthest;
    tk_err err = c->failed ? TK_EDATA : TK_OK;

    tk_sum_u64(c->par, 3, count);
    MPI_Allreduce(MPI_IN_PLACE, &farthest, 1, MPI_DOUBLE, MPI_MAX,
                  c->par->comm);
    if (c->failed)
        tk_adopt_fault(&c->why);
    if (tk_agree(c->par, err))
        tk_warn("%llu times a cell could not be corrected and is missing; the "
                "first: %s",
                (unsigned long long)count[0], tk_last_fault()->text);
    if (count[2])
        tk_warn("%llu cells lie beyond the climate model's grid, or have no "
                "land of it near, and are missing",
                (unsigned long long)count[2]);
    if (count[1])
        tk_note("  %llu cells have no land of the climate model round them and "
                "take the nearest, at most %.0f km away",
                (unsigned long long)count[1], farthest);
}

static tk_err
finish(correction *c)
{
    for (size_t e = 0; e < c->nexp; e++) {
        const double megabytes = (double)tk_out_bytes(c->exp[e].out) / 1e6;
        tk_out *out = c->exp[e].out;

        c->exp[e].out = NULL;
        TK_TRY(tk_out_finish(out));
        tk_note("wrote %s, %.1f MB", c->exp[e].path, megabytes);
    }
    return TK_OK;
}

tk_err
correct_check(const tk_par *par, const tk_setup *setup)
{
    static correction c;
    const tk_err err = correct_open(par, setup, &c);

    if (!err)
        correct_header(&c);
    correct_close(&c);
    return err;
}

tk_err
cmd_correct(const tk_par *par, const tk_setup *setup)
{
    static correction c;
    tk_err err = correct_open(par, setup, &c);

    if (!err)
        err = tk_agree(par, correct_sums_make(&c));
    if (!err)
        err = tk_agree(par, check_report(&c));
    if (!err)
        correct_header(&c);
    for (size_t e = 0; e < c.nexp && !err; e++)
        err = correct_create(&c, &c.exp[e]);
    if (!err)
        err = correct_tiles(&c);
    if (!err) {
        say_gaps(&c);
        err = correct_report(&c); /* before any file has its name */
    }
    if (!err)
        err = finish(&c);
    correct_close(&c);
    return err;
}

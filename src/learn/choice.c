/* The months and tiles that a training goes over: those not held out whole. */
#include "talik/core/mem.h"
#include "train_impl.h"

/* Months of [first, last] that are not held out, as offsets; at may be NULL. */
static size_t
count_months(const tk_split *split, int first, int last, size_t *at)
{
    size_t n = 0;

    for (int month = first; month <= last; month++) {
        if (tk_split_holds_month(split, month))
            continue;
        if (at)
            at[n] = (size_t)(month - first);
        n++;
    }
    return n;
}

tk_err
tk_train_check_split(const tk_trained *m)
{
    if (count_months(&m->split, m->train_first, m->train_last, NULL) == 0)
        return tk_fail(TK_ECONF,
                       "&split years and warmest hold out every month "
                       "of the training, &train first .. last");
    if (count_months(&m->split, m->valid_first, m->valid_last, NULL) == 0)
        return tk_fail(TK_ECONF,
                       "&split years hold out every month of the validation, "
                       "&train valid_first .. valid_last");
    return TK_OK;
}

static tk_err
choose_months(trainer *t)
{
    const tk_trained *m = t->m;

    TK_TRY(tk_train_check_split(m));
    t->month_at = tk_new((size_t)(m->train_last - m->train_first) + 1,
                         sizeof *t->month_at);
    if (!t->month_at)
        return TK_ERUN;
    t->plan.months =
        count_months(&m->split, m->train_first, m->train_last, t->month_at);
    return TK_OK;
}

/* **Collective.**  flag[tile] = 1 for tiles with a cell that is not held. */
static tk_err
flag_tiles(const trainer *t, unsigned char *flag)
{
    const size_t ntile = tk_tile_count(t->data->grid);
    const tk_par *par = t->data->par;
    size_t first, own;
    tk_patch p;

    tk_tile_share(ntile, par->rank, par->size, &first, &own);
    TK_TRY(tk_patch_make(t->data, first, own, 0, &p)); /* places, no months */
    for (size_t l = 0; l < p.run.nlane; l++)
        if (p.weight[l] > 0
            && !tk_split_holds_cell(&t->m->split, p.lat[l], p.lon[l]))
            flag[first + l / TK_TILE] = 1;
    tk_patch_drop(&p);
    MPI_Allreduce(MPI_IN_PLACE, flag, (int)ntile, MPI_UNSIGNED_CHAR, MPI_MAX,
                  par->comm);
    return TK_OK;
}

/* **Collective.** */
static tk_err
choose_tiles(trainer *t)
{
    const size_t ntile = tk_tile_count(t->data->grid);
    const bool some = tk_split_by_cells(&t->m->split);
    unsigned char *flag = tk_new(ntile, 1);
    tk_err err;

    t->tile_at = tk_new(ntile, sizeof *t->tile_at);
    err = tk_agree(t->data->par, flag && t->tile_at ? TK_OK : TK_ERUN);
    if (!err && some)
        err = flag_tiles(t, flag);
    for (size_t i = 0; i < ntile && !err; i++)
        if (flag[i] || !some)
            t->tile_at[t->plan.ntile++] = i;
    tk_free(flag);
    if (!err && t->plan.ntile == 0)
        err = tk_fail(TK_ECONF,
                      "&split lat, block_deg and block_share hold out every "
                      "cell of the grid");
    return err;
}

tk_err
tk_choice_make(trainer *t)
{
    TK_AGREE(t->data->par, choose_months(t));
    return choose_tiles(t);
}

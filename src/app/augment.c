/* Data sets of other climates to train on: &augment. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "talik/core/digest.h"
#include "talik/core/log.h"

static tk_err
check_keys(const tk_setup *setup)
{
    const tk_config *c = &setup->c;
    const size_t n = c->augment.nfiles;

    if (n != c->augment.nshift)
        return tk_setup_fail(setup, "augment", "shift", "%zu for %zu files",
                             c->augment.nshift, n);
    if (c->augment.nramp_first && c->augment.nramp_first != n)
        return tk_setup_fail(setup, "augment", "ramp_first",
                             "%zu months for %zu files; '' where there is no "
                             "ramp",
                             c->augment.nramp_first, n);
    if (c->augment.nramp_last != c->augment.nramp_first)
        return tk_setup_fail(setup, "augment", "ramp_last",
                             "%zu months; ramp_first has %zu",
                             c->augment.nramp_last, c->augment.nramp_first);
    if (c->augment.nshift_winter && c->augment.nshift_winter != n)
        return tk_setup_fail(setup, "augment", "shift_winter",
                             "%zu for %zu files", c->augment.nshift_winter, n);
    if (c->augment.nscale != (*c->augment.scale_of ? n : 0))
        return tk_setup_fail(setup, "augment", "scale",
                             "%zu for %zu files of '%s' (scale_of)",
                             c->augment.nscale, n, c->augment.scale_of);
    if (*c->augment.scale_of
        && strcmp(c->augment.scale_of, c->augment.shift_of) == 0)
        return tk_setup_fail(setup, "augment", "scale_of",
                             "'%s' is shifted already; one of the two can be",
                             c->augment.scale_of);
    if (n && !*c->augment.shift_of)
        return tk_setup_fail(setup, "augment", "shift_of",
                             "names no input that is to be shifted");
    if (n && c->augment.nvariables != 1
        && c->augment.nvariables != c->targets.ndepths)
        return tk_setup_fail(setup, "augment", "variables",
                             "%zu for %zu depths; give one, or one for each",
                             c->augment.nvariables, c->targets.ndepths);
    if (n && (*c->forcing.shift_of || *c->forcing.scale_of))
        return tk_setup_fail(
            setup, "augment", "files",
            "the forcing is changed by &forcing shift_of or scale_of already; "
            "one of the two can be");
    return TK_OK;
}

/* The forcing of set i. */
static tk_err
changed_files(const tk_setup *setup, size_t i, tk_input_files *files)
{
    const tk_config *c = &setup->c;
    const bool ramps = c->augment.nramp_first > 0;

    TK_TRY(tk_setup_forcing(setup, files));
    files->changed = c->augment.shift_of;
    files->change.amount = c->augment.shift[i];
    if (c->augment.nshift_winter)
        files->change.winter = c->augment.shift_winter[i];
    TK_TRY(tk_setup_ramp(setup, "augment",
                         ramps ? c->augment.ramp_first[i] : "",
                         ramps ? c->augment.ramp_last[i] : "", &files->change));
    if (*c->augment.scale_of) {
        files->scaled = c->augment.scale_of;
        files->scale = (tk_change){.more = c->augment.scale[i] - 1,
                                   .first = files->change.first,
                                   .last = files->change.last};
    }
    return TK_OK;
}

/* **Collective.** */
static tk_err
open_set(const tk_par *par, const tk_setup *setup, size_t i,
         tk_features *features, const double *depth, const stage_data *s,
         tk_dataset *set)
{
    const char *const path[1] = {setup->c.augment.files[i]};
    tk_input_files in, targets = tk_setup_targets(setup);

    TK_AGREE(par, changed_files(setup, i, &in));
    targets.nforcing = 1;
    targets.forcing = path;
    TK_TRY(tk_inputs_open(par, &s->grid, &in, features, &set->inputs));
    return tk_targets_open(par, &s->grid, &targets, setup->c.augment.nvariables,
                           setup->augment_variables, s->data.D, depth,
                           &set->targets);
}

tk_err
augment_open(const tk_par *par, const tk_setup *setup, tk_features *features,
             const double *depth, stage_data *s)
{
    TK_AGREE(par, check_keys(setup));
    for (size_t i = 0; i < setup->c.augment.nfiles; i++) {
        tk_dataset *set = &s->extra[s->nextra++];

        *set = s->data;
        set->inputs = NULL;
        set->targets = NULL;
        TK_TRY(open_set(par, setup, i, features, depth, s, set));
    }
    return TK_OK;
}

/* **Collective.**  Of the targets of one month on the whole grid. */
static tk_err
digest_of(const tk_par *par, const tk_dataset *set, int month, char text[17])
{
    const size_t tile = set->D * TK_TILE;
    uint64_t sum;
    size_t first, own;
    tk_patch p;
    tk_err err;

    tk_tile_share(tk_tile_count(set->grid), par->rank, par->size, &first, &own);
    TK_TRY(tk_patch_make(set, first, own, 1, &p));
    err = tk_patch_load(set, month, &p);
    if (!err) {
        sum = tk_digest_floats(first * tile, own * tile, p.y);
        tk_sum_u64(par, 1, &sum);
        tk_digest_text(sum, text);
    }
    tk_patch_drop(&p);
    return err;
}

static tk_err
in_time(const tk_setup *setup, size_t i, const tk_dataset *set,
        const tk_trained *m)
{
    const int first = tk_targets_first(set->targets);
    const int last = tk_targets_last(set->targets);
    char a[16], b[16];

    if (first <= m->train_first && last >= m->train_last)
        return TK_OK;
    tk_month_text(first, a);
    tk_month_text(last, b);
    return tk_setup_fail(setup, "augment", "files",
                         "%s has %s .. %s, not all months that are fitted to",
                         setup->c.augment.files[i], a, b);
}

/* "t2m +4 from 1950-01 to 2009-12 (digest)" */
static void
add_set(const tk_setup *setup, size_t i, const char *digest, tk_text *text)
{
    const tk_config *c = &setup->c;

    tk_text_add(text, "%s%s %+.9g", i ? "; " : "", c->augment.shift_of,
                c->augment.shift[i]);
    if (c->augment.nshift_winter && c->augment.shift_winter[i] != 0)
        tk_text_add(text, " (winter %+.9g)", c->augment.shift_winter[i]);
    if (*c->augment.scale_of)
        tk_text_add(text, ", %s x %.9g", c->augment.scale_of,
                    c->augment.scale[i]);
    if (c->augment.nramp_first && *c->augment.ramp_first[i])
        tk_text_add(text, " from %s to %s", c->augment.ramp_first[i],
                    c->augment.ramp_last[i]);
    tk_text_add(text, " (%s)", digest);
}

/* **Collective.** */
static tk_err
list_sets(const tk_par *par, const tk_setup *setup, const stage_data *s,
          const tk_trained *m, tk_text *text)
{
    for (size_t i = 0; i < s->nextra; i++) {
        char digest[17];

        TK_AGREE(par, in_time(setup, i, &s->extra[i], m));
        TK_TRY(digest_of(par, &s->extra[i], m->train_last, digest));
        add_set(setup, i, digest, text);
        tk_note("  fitted to as well: %s", setup->c.augment.files[i]);
    }
    if (setup->c.augment.share > 0)
        tk_text_add(text, "; share %.9g", setup->c.augment.share);
    return TK_OK;
}

tk_err
augment_describe(const tk_par *par, const tk_setup *setup, const stage_data *s,
                 tk_trained *m)
{
    tk_text text = {0};
    tk_err err = TK_OK;

    m->augmented[0] = '\0';
    if (s->nextra == 0)
        return TK_OK;
    err = list_sets(par, setup, s, m, &text);
    if (!err)
        err = tk_agree(par, text.failed ? TK_ERUN : TK_OK);
    if (!err && text.len >= sizeof m->augmented)
        err = tk_setup_fail(setup, "augment", "files",
                            "the model file would say %zu bytes of these sets, "
                            "and at most %zu are kept: fewer sets, or a "
                            "shorter name of the input",
                            text.len, sizeof m->augmented - 1);
    if (!err)
        memcpy(m->augmented, tk_text_get(&text), text.len + 1);
    tk_text_drop(&text);
    return err;
}

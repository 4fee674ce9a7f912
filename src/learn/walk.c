#include "talik/learn/walk.h"

tk_err
tk_walk_tiles(const tk_dataset *data, size_t first_tile, size_t ntile,
              int first, size_t nmonth, size_t budget, tk_visit visit,
              void *context)
{
    const size_t at_once = tk_at_once(budget, tk_patch_bytes(data, nmonth));
    size_t rounds = tk_par_rounds(data->par, ntile, at_once);

    for (size_t done = 0; rounds > 0; rounds--) {
        const size_t n = ntile - done < at_once ? ntile - done : at_once;
        tk_patch patch;
        tk_err err;

        TK_TRY(tk_patch_make(data, first_tile + done, n, nmonth, &patch));
        err = tk_patch_load(data, first, &patch);
        if (!err)
            err = tk_agree(data->par, n > 0 ? visit(&patch, context) : TK_OK);
        tk_patch_drop(&patch);
        if (err)
            return err;
        done += n;
    }
    return TK_OK;
}

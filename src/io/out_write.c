/* Values on their way from lanes to places. */
#include <math.h>

#include "out_parts.h"

static bool
to_integer(float x, double least, double most, int *n)
{
    *n = 0;
    if (!(x >= least && x <= most) || x != floorf(x))
        return false;
    *n = (int)x;
    return true;
}

/* Lanes into their places; all others, and NaN, are fill.  x is that of the
 * piece's first level.
 */
static void
stage_floats(tk_out *out, tk_out_piece p, const float *x)
{
    const tk_run *run = out->run;
    float *stage = out->stage;

    for (size_t i = 0; i < p.nlevel * p.nplace; i++)
        stage[i] = TK_FILL;
    for (size_t k = 0; k < p.nlevel; k++)
        for (size_t l = 0; l < run->ncell; l++) {
            const size_t q = run->place[l] - p.place; /* wraps if before */
            const float value = x[k * run->nlane + l];

            if (q < p.nplace && !isnan(value))
                stage[k * p.nplace + q] = value;
        }
}

static tk_err
stage_integers(tk_out *out, const tk_out_field *f, tk_out_piece p,
               const float *x)
{
    const tk_run *run = out->run;
    const bool byte = f->type == NC_BYTE;
    const double least = byte ? -128 : -2147483648.0;
    const double most = byte ? 127 : 2147483520.0; /* the largest float */
    signed char *bytes = out->stage;
    int *words = out->stage, n;
    tk_err err = TK_OK;

    for (size_t i = 0; i < p.nlevel * p.nplace; i++)
        if (byte)
            bytes[i] = TK_FILL_BYTE;
        else
            words[i] = TK_FILL_INT;
    for (size_t k = 0; k < p.nlevel; k++)
        for (size_t l = 0; l < run->ncell; l++) {
            const size_t q = run->place[l] - p.place;
            const float value = x[k * run->nlane + l];

            if (q >= p.nplace || isnan(value))
                continue;
            if (!to_integer(value, least, most, &n))
                err = tk_fail(TK_ERUN, "%s: %s at row %u, column %u is %g",
                              out->path, f->name, run->file_row[l],
                              run->file_col[l], (double)value);
            else if (byte)
                bytes[k * p.nplace + q] = (signed char)n;
            else
                words[k * p.nplace + q] = n;
        }
    return err;
}

static tk_err
mark_written(tk_out *out, const tk_run *part, tk_out_field *f, size_t first,
             size_t n)
{
    tk_err err = TK_OK;

    for (size_t t = first; t < first + n; t++) {
        f->written[t] += part->ncover;
        if (f->written[t] > out->run->ncover)
            err = tk_fail(TK_ERUN, "%s: step %zu of %s is written twice",
                          out->path, t, f->name);
    }
    return err;
}

/* **Collective.**  Writes and digests the places of out->run. */
static tk_err
write_places(tk_out *out, tk_out_field *f, size_t first, size_t n,
             const float *x)
{
    const size_t level = first * f->nz, nlevel = n * f->nz;
    int code = NC_NOERR;
    tk_err err = TK_OK;

    for (size_t i = 0; i < tk_out_pieces(out, f, nlevel); i++) {
        const tk_out_piece p = tk_out_piece_at(out, f, level, nlevel, i);
        const float *at = x + (p.level - level) * out->run->nlane;
        int next;

        if (f->type == NC_FLOAT) {
            stage_floats(out, p, at);
        } else {
            const tk_err bad = stage_integers(out, f, p, at);

            err = err ? err : bad;
        }
        tk_out_digest_piece(out, f, p, f->digest);
        next = tk_out_put_piece(out, f, p);
        code = code ? code : next;
    }
    return err ? err : tk_out_nc_fail(out, code, "write", f->name);
}

tk_err
tk_out_write_part(tk_out *out, const tk_run *part, size_t v, size_t first,
                  size_t n, const float *x)
{
    tk_out_field *f = &out->field[v < out->nvar ? v : 0];
    const tk_run *whole = out->run;
    const size_t most = out->most_cover;
    uint64_t here = part->ncover, largest;
    tk_err err, bad;

    TK_ASSERT(v < out->nvar && first + n <= f->nt);
    TK_ASSERT(part == whole || f->nz == 1); /* there is room for no more */
    if (out->err) {
        tk_adopt_fault(&out->fault);
        return out->err;
    }
    MPI_Allreduce(&here, &largest, 1, MPI_UINT64_T, MPI_MAX, out->par.comm);
    err = mark_written(out, part, f, first, n);
    out->run = part;
    out->most_cover = (size_t)largest;
    bad = write_places(out, f, first, n, x);
    out->run = whole;
    out->most_cover = most;
    if (!err)
        err = bad ? bad : tk_out_inject(out, "out.write");
    out->err = tk_agree(&out->par, err);
    if (out->err)
        out->fault = *tk_last_fault();
    return out->err;
}

tk_err
tk_out_write(tk_out *out, size_t v, size_t first, size_t n, const float *x)
{
    return tk_out_write_part(out, out->run, v, first, n, x);
}

int
tk_out_put_doubles(tk_out *out, tk_out_field *f, const double *x)
{
    const size_t n = tk_out_pieces(out, f, 1);
    int first = NC_NOERR;

    for (size_t i = 0; i < n; i++) {
        const tk_out_piece p = tk_out_piece_at(out, f, 0, 1, i);
        double *stage = out->stage;
        int code;

        for (size_t q = 0; q < p.nplace; q++)
            stage[q] = isnan(x[p.place + q]) ? OUT_FILL_DOUBLE : x[p.place + q];
        tk_out_digest_piece(out, f, p, f->digest);
        code = tk_out_put_piece(out, f, p);
        first = first ? first : code;
    }
    f->written[0] = out->run->ncover;
    return first;
}

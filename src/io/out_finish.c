/* The end: digests, what is in the file compared with what was meant, and the
 * final name; or nothing left.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "talik/core/digest.h"
#include "talik/core/mem.h"

#include "out_parts.h"

static tk_err
check_written(const tk_out *out)
{
    for (size_t v = 0; v < out->nfield; v++)
        for (size_t t = 0; t < out->field[v].nt; t++)
            if (out->field[v].written[t] != out->run->ncover)
                return tk_fail(TK_ERUN, "%s: step %zu of %s was never written",
                               out->path, t, out->field[v].name);
    return TK_OK;
}

/* A UUID of version 8, whose bits are the maker's own: the same contents have
 * the same one.
 */
static void
make_uuid(const tk_out *out, const uint64_t *digest, char text[37])
{
    uint64_t a = out->header, b;

    for (size_t v = 0; v < out->nvar; v++)
        a += tk_digest_mix(digest[v], v);
    b = tk_digest_mix(a, 1);
    a = tk_digest_mix(a, 0);
    snprintf(text, 37,
             "%08" PRIx64 "-%04" PRIx64 "-8%03" PRIx64 "-%04" PRIx64
             "-%012" PRIx64,
             a >> 32, a >> 16 & 0xffff, a & 0xfff, (b >> 48 & 0x3fff) | 0x8000,
             b & 0xffffffffffff);
}

void
tk_out_digests(const tk_out *out, char (*text)[17])
{
    for (size_t v = 0; v < out->nvar; v++) {
        uint64_t sum = 0;

        for (size_t t = 0; t < out->field[v].nt; t++)
            sum += out->field[v].digest[t];
        tk_sum_u64(&out->par, 1, &sum);
        tk_digest_text(sum, text[v]);
    }
}

/* Fills the places kept for them in the header; their lengths stay. */
static tk_err
put_digests(tk_out *out)
{
    uint64_t *digest = tk_new(out->nvar, sizeof *digest);
    char text[37];
    tk_err err = tk_agree(&out->par, digest ? TK_OK : TK_ERUN);
    int code = NC_NOERR;

    if (err) {
        tk_free(digest);
        return err;
    }
    tk_out_sum_digests(out, digest);
    for (size_t v = 0; v < out->nvar; v++) {
        int next;

        tk_digest_text(digest[v], text);
        next =
            ncmpi_put_att_text(out->nc, out->field[v].id, "digest", 16, text);
        code = code ? code : next;
    }
    make_uuid(out, digest, text);
    if (out->own_uuid) {
        const int next =
            ncmpi_put_att_text(out->nc, NC_GLOBAL, "tracking_id", 36, text);

        code = code ? code : next;
    }
    tk_free(digest);
    return tk_agree(&out->par,
                    tk_out_nc_fail(out, code, "write", "the digests"));
}

static tk_err
close_file(tk_out *out)
{
    const int code = ncmpi_close(out->nc);

    out->mode = OUT_CLOSED;
    return tk_agree(&out->par, tk_out_nc_fail(out, code, "close", "the file"));
}

/* Rank 0: still our file, as long as its header says?  PnetCDF reads past the
 * end of a short one without a word.
 */
static tk_err
check_length(const tk_out *out)
{
    tk_disk_id id;
    uint64_t bytes;

    if (out->par.rank != 0)
        return TK_OK;
    TK_TRY(tk_disk_identify(out->temporary, &id, &bytes));
    if (id.device != out->id.device || id.inode != out->id.inode)
        return tk_fail(TK_EOUT, "%s: another run has replaced %s", out->path,
                       out->temporary);
    if (bytes != out->bytes)
        return tk_fail(TK_EOUT,
                       "%s: has %" PRIu64 " bytes after writing, not %" PRIu64,
                       out->path, bytes, out->bytes);
    return TK_OK;
}

/* Rank 0 reads; the others, or it without memory, take part with nothing. */
static tk_err
check_axis(tk_out *out, const tk_out_axis *axis)
{
    const MPI_Offset start[2] = {0, 0}, none[2] = {0, 0};
    const size_t n = (size_t)(axis->shape[0] * axis->shape[1]);
    double scalar,
        *value = out->par.rank == 0 ? tk_new(n, sizeof *value) : NULL;
    tk_err err = value || out->par.rank > 0 ? TK_OK : TK_ERUN;
    int code;

    if (axis->ndim == 0)
        code = ncmpi_get_var_double_all(out->nc, axis->id,
                                        value ? value : &scalar);
    else
        code = ncmpi_get_vara_double_all(out->nc, axis->id, start,
                                         value ? axis->shape : none,
                                         value ? value : &scalar);
    if (!err)
        err = tk_out_nc_fail(out, code, "read back", "coordinates");
    if (!err && value && tk_digest_doubles(0, n, value) != axis->digest)
        err = tk_fail(TK_EOUT,
                      "%s: coordinates are not what was written (the disk, or "
                      "the MPI-IO library)",
                      out->path);
    tk_free(value);
    return err;
}

/* Reads this rank's cells in another order than they were written in. */
static tk_err
check_field(tk_out *out, const tk_out_field *f, uint64_t *digest)
{
    const size_t nlevel = f->nt * f->nz;
    const size_t n = tk_out_pieces(out, f, nlevel);
    tk_err err = TK_OK;
    int code = NC_NOERR;

    memset(digest, 0, f->nt * sizeof *digest);
    for (size_t i = n; i-- > 0;) {
        const tk_out_piece p = tk_out_piece_at(out, f, 0, nlevel, i);
        const int next = tk_out_get_piece(out, f, p);

        code = code ? code : next;
        tk_out_digest_piece(out, f, p, digest);
    }
    err = tk_out_nc_fail(out, code, "read back", f->name);
    for (size_t t = 0; t < f->nt && !err; t++)
        if (digest[t] != f->digest[t])
            err = tk_fail(TK_EOUT,
                          "%s: step %zu of %s is not what was written (the "
                          "disk, or the MPI-IO library)",
                          out->path, t, f->name);
    return err;
}

static tk_err
check_values(tk_out *out)
{
    tk_err err = TK_OK;
    size_t most = 1;
    uint64_t *digest;

    for (size_t i = 0; i < out->naxis; i++) {
        const tk_err next = check_axis(out, &out->axis[i]);

        err = err ? err : next;
    }
    for (size_t v = 0; v < out->nfield; v++)
        if (out->field[v].nt > most)
            most = out->field[v].nt;
    digest = tk_new(most, sizeof *digest);
    err = tk_agree(&out->par, digest ? err : TK_ERUN);
    for (size_t v = err ? 0 : out->nfield; v-- > 0;) {
        const tk_err next = check_field(out, &out->field[v], digest);

        err = err ? err : next;
    }
    tk_free(digest);
    if (!err)
        err = tk_out_inject(out, "out.verify");
    return tk_agree(&out->par, err);
}

static tk_err
verify(tk_out *out)
{
    tk_err err;
    int code;

    TK_AGREE(&out->par, check_length(out));
    code = ncmpi_open(out->par.comm, out->temporary, NC_NOWRITE, MPI_INFO_NULL,
                      &out->nc);
    TK_AGREE(&out->par, tk_out_nc_fail(out, code, "open", "it again"));
    out->mode = OUT_DATA;
    err = check_values(out);
    return err ? err : close_file(out); /* else tk_out_drop closes */
}

static tk_err
sync_file(const tk_out *out)
{
    tk_err err = tk_out_inject(out, "out.sync");

    if (!err)
        err = tk_disk_sync(out->temporary);
    return tk_agree(&out->par, err);
}

static tk_err
give_name(tk_out *out)
{
    tk_err err = tk_out_inject(out, "out.rename");

    /* All agree before the one step that cannot be taken back. */
    TK_AGREE(&out->par, err);
    if (out->par.rank == 0)
        err = tk_disk_rename(out->temporary, out->path, out->overwrite);
    TK_AGREE(&out->par, err);
    out->made = false;
    return TK_OK;
}

tk_err
tk_out_finish(tk_out *out)
{
    tk_err err = out->err;

    if (err)
        tk_adopt_fault(&out->fault);
    else
        err = tk_agree(&out->par, check_written(out));
    if (!err)
        err = put_digests(out);
    if (!err)
        err = close_file(out);
    if (!err)
        err = verify(out);
    if (!err)
        err = sync_file(out);
    if (!err)
        err = give_name(out);
    tk_out_drop(out);
    return err;
}

/* Rank 0 removes what is ours; if another run took the name, it stays. */
static void
remove_temporary(const tk_out *out)
{
    tk_disk_id id;
    uint64_t bytes;
    const tk_fault fault = *tk_last_fault();

    if (tk_disk_identify(out->temporary, &id, &bytes) == TK_OK
        && (out->id.inode == 0 || memcmp(&id, &out->id, sizeof id) == 0))
        tk_disk_remove(out->temporary);
    tk_adopt_fault(&fault);
}

void
tk_out_drop(tk_out *out)
{
    if (!out)
        return;
    if (out->mode == OUT_DEFINE)
        ncmpi_abort(out->nc);
    else if (out->mode == OUT_DATA)
        ncmpi_close(out->nc);
    if (out->made && out->par.rank == 0)
        remove_temporary(out);
    for (size_t i = 0; out->field && i < out->nfield; i++) {
        tk_free(out->field[i].name);
        tk_free(out->field[i].digest);
        tk_free(out->field[i].written);
    }
    tk_free(out->axis_room);
    tk_free(out->field);
    tk_free(out->lat);
    tk_free(out->lon);
    tk_free(out->stage);
    tk_free(out->at);
    tk_free(out->start);
    tk_free(out->count);
    tk_free(out->path);
    tk_free(out->temporary);
    tk_free(out);
}

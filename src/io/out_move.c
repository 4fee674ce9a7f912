/* Pieces: which places and levels one collective call moves, as the file sees
 * them, and their digests.
 */
#include <string.h>

#include "talik/core/digest.h"
#include "talik/core/mem.h"

#include "out_parts.h"

static size_t
width_of(nc_type type)
{
    return type == NC_BYTE ? 1 : type == NC_DOUBLE ? 8 : 4;
}

static MPI_Datatype
mpi_type_of(nc_type type)
{
    switch (type) {
    case NC_BYTE:
        return MPI_SIGNED_CHAR;
    case NC_INT:
        return MPI_INT;
    case NC_DOUBLE:
        return MPI_DOUBLE;
    default:
        return MPI_FLOAT;
    }
}

/* How pieces are cut: by the rank that has most, so that all have as many. */
typedef struct {
    size_t places, nparts; /* of a piece; parts of the run     */
    size_t levels;         /* of a piece; 1 if nparts > 1      */
} cut;

static size_t
at_least_1(size_t n)
{
    return n > 0 ? n : 1;
}

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A piece has all depths of one record, if there is room, else a part of one
 * level.  It never has several records: with requests in more than one, varn of
 * PnetCDF 1.12 makes a file view that MPI refuses on some ranks, and hangs.
 */
static cut
cut_of(const tk_out *out, const tk_out_field *f)
{
    const size_t room = at_least_1(out->piece / width_of(f->type));
    const size_t most = at_least_1(out->most_cover);

    if (most <= room)
        return (cut){most, 1, room / most >= f->nz ? f->nz : 1};
    return (cut){room, (most + room - 1) / room, 1};
}

tk_err
tk_out_make_room(tk_out *out)
{
    size_t nrequest = OUT_MORE_BOXES, bytes = 0;

    for (size_t i = 0; i < out->nfield; i++) {
        const tk_out_field *f = &out->field[i];
        const cut c = cut_of(out, f);
        const size_t need = least(c.places, out->run->ncover)
                            * least(c.levels, f->nt * f->nz)
                            * width_of(f->type);

        bytes = need > bytes ? need : bytes;
        if (f->nz * OUT_MORE_BOXES > nrequest)
            nrequest = f->nz * OUT_MORE_BOXES;
    }
    out->stage = tk_new(bytes, 1);
    out->at = tk_new(nrequest * 8, sizeof *out->at);
    out->start = tk_new(nrequest, sizeof *out->start);
    out->count = tk_new(nrequest, sizeof *out->count);
    if (!out->stage || !out->at || !out->start || !out->count)
        return TK_ERUN;
    for (size_t r = 0; r < nrequest; r++) {
        out->start[r] = out->at + 8 * r;
        out->count[r] = out->at + 8 * r + 4;
    }
    return TK_OK;
}

size_t
tk_out_pieces(const tk_out *out, const tk_out_field *f, size_t nlevel)
{
    const cut c = cut_of(out, f);

    return (nlevel + c.levels - 1) / c.levels * c.nparts;
}

tk_out_piece
tk_out_piece_at(const tk_out *out, const tk_out_field *f, size_t level,
                size_t nlevel, size_t i)
{
    const cut c = cut_of(out, f);
    const size_t done = i / c.nparts * c.levels;
    const size_t place = least(i % c.nparts * c.places, out->run->ncover);

    return (tk_out_piece){.level = level + done,
                          .nlevel = least(c.levels, nlevel - done),
                          .place = place,
                          .nplace = least(c.places, out->run->ncover - place)};
}

/* The rows that cells [a, b) of a box touch, as at most three boxes: the rest
 * of a row, whole rows, the start of a row.
 */
static size_t
cut_box(const tk_box *box, size_t a, size_t b, tk_box *part)
{
    size_t n = 0;

    while (a < b) {
        const size_t row = a / box->ncol, col = a % box->ncol;
        const size_t rows = col > 0 ? 0 : (b - a) / box->ncol;
        const size_t ncol =
            rows > 0 ? box->ncol : least(box->ncol - col, b - a);

        part[n] = (tk_box){.row = box->row + row,
                           .col = box->col + col,
                           .nrow = at_least_1(rows),
                           .ncol = ncol,
                           .at = box->at + a};
        a += part[n].nrow * ncol;
        n++;
    }
    return n;
}

static size_t
boxes_of(const tk_run *run, tk_out_piece p, tk_box part[OUT_MORE_BOXES])
{
    size_t n = 0;

    for (size_t k = 0; k < run->nbox; k++) {
        const tk_box *box = &run->box[k];
        const size_t end = box->at + box->nrow * box->ncol;
        const size_t from = p.place > box->at ? p.place : box->at;
        const size_t to = least(p.place + p.nplace, end);

        if (from < to)
            n += cut_box(box, from - box->at, to - box->at, part + n);
    }
    return n;
}

/* One request for each level and box; returns how many. */
static int
make_requests(tk_out *out, const tk_out_field *f, tk_out_piece p)
{
    tk_box box[OUT_MORE_BOXES];
    const size_t nbox = boxes_of(out->run, p, box);
    int n = 0;

    for (size_t l = p.level; l < p.level + p.nlevel; l++)
        for (size_t k = 0; k < nbox; k++, n++) {
            MPI_Offset *start = out->start[n], *count = out->count[n];

            if (f->time) {
                *start++ = (MPI_Offset)(l / f->nz);
                *count++ = 1;
            }
            if (f->depth) {
                *start++ = (MPI_Offset)(l % f->nz);
                *count++ = 1;
            }
            start[0] = (MPI_Offset)box[k].row;
            start[1] = (MPI_Offset)box[k].col;
            count[0] = (MPI_Offset)box[k].nrow;
            count[1] = (MPI_Offset)box[k].ncol;
        }
    return n;
}

int
tk_out_put_piece(tk_out *out, const tk_out_field *f, tk_out_piece p)
{
    return ncmpi_put_varn_all(
        out->nc, f->id, make_requests(out, f, p), out->start, out->count,
        out->stage, (MPI_Offset)(p.nlevel * p.nplace), mpi_type_of(f->type));
}

int
tk_out_get_piece(tk_out *out, const tk_out_field *f, tk_out_piece p)
{
    return ncmpi_get_varn_all(
        out->nc, f->id, make_requests(out, f, p), out->start, out->count,
        out->stage, (MPI_Offset)(p.nlevel * p.nplace), mpi_type_of(f->type));
}

/* Integers enter with their bits as unsigned numbers of their width. */
static uint64_t
digest_of(nc_type type, uint64_t first, size_t n, const void *stage, size_t at)
{
    uint64_t sum = 0;

    switch (type) {
    case NC_FLOAT:
        return tk_digest_floats(first, n, (const float *)stage + at);
    case NC_DOUBLE:
        return tk_digest_doubles(first, n, (const double *)stage + at);
    case NC_BYTE:
        for (size_t i = 0; i < n; i++)
            sum += tk_digest_mix(first + i,
                                 ((const unsigned char *)stage)[at + i]);
        return sum;
    default:
        for (size_t i = 0; i < n; i++)
            sum += tk_digest_mix(first + i,
                                 (uint32_t)((const int *)stage)[at + i]);
        return sum;
    }
}

void
tk_out_digest_piece(const tk_out *out, const tk_out_field *f, tk_out_piece p,
                    uint64_t *digest)
{
    const size_t ny = out->grid->ny, nx = out->grid->nx;
    tk_box box[OUT_MORE_BOXES];
    const size_t nbox = boxes_of(out->run, p, box);
    size_t at = 0;

    for (size_t l = p.level; l < p.level + p.nlevel; l++)
        for (size_t k = 0; k < nbox; k++)
            for (size_t i = 0; i < box[k].nrow; i++) {
                const size_t row = box[k].row + i;

                digest[l / f->nz] +=
                    digest_of(f->type, (l * ny + row) * nx + box[k].col,
                              box[k].ncol, out->stage, at);
                at += box[k].ncol;
            }
}

void
tk_out_sum_digests(const tk_out *out, uint64_t *sum)
{
    for (size_t v = 0; v < out->nvar; v++) {
        sum[v] = 0;
        for (size_t t = 0; t < out->field[v].nt; t++)
            sum[v] += out->field[v].digest[t];
    }
    tk_sum_u64(&out->par, out->nvar, sum);
}

/* Reading hyperslabs: cut into pieces of bounded size, read in the file's own
 * type, converted here.
 */
#include <math.h>
#include <string.h>

#include <pnetcdf.h>

#include "nc_impl.h"
#include "talik/core/mem.h"

/* Bytes per rank and collective call; PnetCDF refuses more than INT_MAX, and
 * the buffer in the file's type is held beside the caller's.
 */
#define CALL_BYTES ((size_t)64 << 20)

size_t
tk_nc_type_bytes(int type)
{
    switch (type) {
    case NC_BYTE:
    case NC_UBYTE:
        return 1;
    case NC_SHORT:
    case NC_USHORT:
        return 2;
    case NC_INT:
    case NC_UINT:
    case NC_FLOAT:
        return 4;
    case NC_INT64:
    case NC_UINT64:
    case NC_DOUBLE:
        return 8;
    default:
        return 0;
    }
}

static MPI_Datatype
mpi_type(int type)
{
    switch (type) {
    case NC_BYTE:
        return MPI_SIGNED_CHAR;
    case NC_UBYTE:
        return MPI_UNSIGNED_CHAR;
    case NC_SHORT:
        return MPI_SHORT;
    case NC_USHORT:
        return MPI_UNSIGNED_SHORT;
    case NC_INT:
        return MPI_INT;
    case NC_UINT:
        return MPI_UNSIGNED;
    case NC_FLOAT:
        return MPI_FLOAT;
    case NC_INT64:
        return MPI_LONG_LONG;
    case NC_UINT64:
        return MPI_UNSIGNED_LONG_LONG;
    default:
        return MPI_DOUBLE;
    }
}

#define WIDEN(nc_type, c_type)                         \
    case nc_type:                                      \
        for (size_t i = 0; i < n; i++)                 \
            out[i] = (double)((const c_type *)raw)[i]; \
        break

void
tk_nc_widen(int type, const void *raw, size_t n, double *out)
{
    switch (type) {
        WIDEN(NC_BYTE, signed char);
        WIDEN(NC_UBYTE, unsigned char);
        WIDEN(NC_SHORT, short);
        WIDEN(NC_USHORT, unsigned short);
        WIDEN(NC_INT, int);
        WIDEN(NC_UINT, unsigned);
        WIDEN(NC_INT64, long long);
        WIDEN(NC_UINT64, unsigned long long);
        WIDEN(NC_FLOAT, float);
        WIDEN(NC_DOUBLE, double);
    default:
        TK_ASSERT(false); /* callers ask for numeric types only */
    }
}

/* Where numbers go: to floats or to doubles, one after another. */
typedef struct {
    float *f;
    double *d;
} sink;

static void
deliver(const tk_nc_var *v, const void *raw, size_t n, sink *to)
{
    const size_t bytes = tk_nc_type_bytes(v->type);
    double wide[512];

    for (size_t i = 0; i < n;) {
        const size_t part = n - i < 512 ? n - i : 512;

        tk_nc_widen(v->type, (const char *)raw + i * bytes, part, wide);
        for (size_t k = 0; k < part; k++) {
            for (size_t m = 0; m < v->nmissing; m++)
                if (wide[k] == v->missing[m])
                    wide[k] = NAN;
            wide[k] = wide[k] * v->scale + v->offset;
        }
        if (to->d) {
            memcpy(to->d, wide, part * sizeof *wide);
            to->d += part;
        } else {
            for (size_t k = 0; k < part; k++)
                *to->f++ = (float)wide[k];
        }
        i += part;
    }
}

/* Slabs cut into pieces, in the order of the output: dimensions before `split`
 * one index at a time, dimension `split` a few, those after it whole.
 */
typedef struct {
    MPI_Offset start[TK_NC_DIMS], count[TK_NC_DIMS];
    size_t n;
} piece;

typedef struct {
    const tk_nc_var *v;
    size_t nslab;
    MPI_Offset (*start)[TK_NC_DIMS], (*count)[TK_NC_DIMS]; /* [nslab] */
    bool one_each; /* one piece to a call */
    size_t slab;
    MPI_Offset at[TK_NC_DIMS]; /* the next piece, counted from start */
} cutter;

static size_t
cells_from(const MPI_Offset *count, int first, int ndim)
{
    size_t n = 1;

    for (int d = first; d < ndim; d++)
        n *= (size_t)count[d];
    return n;
}

/* The next piece, of at most `room` numbers; false if it does not fit or if the
 * last one is behind us.  How a slab is split depends on `most` alone, so that
 * its pieces follow one another whatever room each of them found.
 */
static bool
cut(cutter *c, size_t most, size_t room, piece *p)
{
    const int ndim = c->v->ndim;
    const MPI_Offset *count;
    int split = 0, d;
    size_t inner, take;

    while (c->slab < c->nslab && cells_from(c->count[c->slab], 0, ndim) == 0)
        c->slab++;
    if (c->slab == c->nslab)
        return false;
    count = c->count[c->slab];
    while (split < ndim - 1 && cells_from(count, split + 1, ndim) > most)
        split++;
    inner = cells_from(count, split + 1, ndim);
    take = (size_t)(count[split] - c->at[split]);
    if (take > room / inner)
        take = room / inner;
    /* PnetCDF 1.12's varn fails on more than one record in a request. */
    if (take > 1 && split == 0 && c->v->record && !c->one_each)
        take = 1;
    if (take == 0)
        return false;
    for (d = 0; d < ndim; d++) {
        p->start[d] = c->start[c->slab][d] + c->at[d];
        p->count[d] = d < split ? 1 : d == split ? (MPI_Offset)take : count[d];
    }
    p->n = take * inner;
    c->at[split] += (MPI_Offset)take;
    for (d = split; d > 0 && c->at[d] == count[d]; d--) {
        c->at[d] = 0;
        c->at[d - 1]++;
    }
    if (c->at[0] == count[0]) {
        memset(c->at, 0, sizeof c->at);
        c->slab++;
    }
    return true;
}

#define CALL_PIECES 4096

/* The pieces of one collective call. */
typedef struct {
    piece piece[CALL_PIECES];
    MPI_Offset *start[CALL_PIECES], *count[CALL_PIECES];
    int n;
    size_t cells;
} batch;

static void
gather_batch(cutter *c, size_t most, batch *b)
{
    b->n = 0;
    b->cells = 0;
    while (b->n < (c->one_each ? 1 : CALL_PIECES) && b->cells < most
           && cut(c, most, most - b->cells, &b->piece[b->n])) {
        b->start[b->n] = b->piece[b->n].start;
        b->count[b->n] = b->piece[b->n].count;
        b->cells += b->piece[b->n].n;
        b->n++;
    }
}

static tk_err
check_bounds(const tk_nc *nc, const cutter *c)
{
    const tk_nc_var *v = c->v;

    for (size_t s = 0; s < c->nslab; s++)
        for (int d = 0; d < v->ndim; d++)
            if (c->start[s][d] < 0 || c->count[s][d] < 0
                || (size_t)(c->start[s][d] + c->count[s][d]) > v->dim[d])
                return tk_fail(TK_EDATA,
                               "%s: '%s': indices %lld to %lld of dimension "
                               "%s, which has %zu",
                               nc->path, v->name, (long long)c->start[s][d],
                               (long long)(c->start[s][d] + c->count[s][d]),
                               v->dim_name[d], v->dim[d]);
    return TK_OK;
}

static tk_err
read_scalar(const tk_nc *nc, const tk_nc_var *v, sink *to)
{
    unsigned char raw[8];
    const int status =
        ncmpi_get_var_all(nc->id, v->id, raw, 1, mpi_type(v->type));

    if (status == NC_NOERR)
        deliver(v, raw, 1, to);
    else
        return tk_fail(TK_EDATA, "%s: '%s': %s", nc->path, v->name,
                       ncmpi_strerror(status));
    return TK_OK;
}

/* One collective call; a rank that has nothing takes part with nothing. */
static tk_err
read_batch(const tk_nc *nc, const tk_nc_var *v, bool one_each, batch *b,
           void *raw, sink *to)
{
    static const MPI_Offset none[TK_NC_DIMS];
    const MPI_Offset cells = (MPI_Offset)b->cells;
    int status;

    if (one_each)
        status = ncmpi_get_vara_all(nc->id, v->id, b->n ? b->start[0] : none,
                                    b->n ? b->count[0] : none, raw, cells,
                                    mpi_type(v->type));
    else
        status = ncmpi_get_varn_all(nc->id, v->id, b->n, b->start, b->count,
                                    raw, cells, mpi_type(v->type));
    if (status != NC_NOERR)
        return tk_fail(TK_EDATA, "%s: '%s': %s", nc->path, v->name,
                       ncmpi_strerror(status));
    if (tk_injected("io.read"))
        return tk_fail(TK_EDATA, "%s: '%s': injected: io.read", nc->path,
                       v->name);
    deliver(v, raw, b->cells, to);
    return TK_OK;
}

/* **Collective.**  All slabs into the sink. */
static tk_err
read_slabs(const tk_nc *nc, cutter *c, sink to)
{
    const tk_nc_var *v = c->v;
    const size_t bytes = tk_nc_type_bytes(v->type);
    const size_t most = bytes ? CALL_BYTES / bytes : 0;
    batch *b = tk_new(1, sizeof *b);
    void *raw = NULL;
    size_t cells = 0;
    int more = 1;
    tk_err err = b ? TK_OK : TK_ERUN;

    for (size_t s = 0; s < c->nslab; s++)
        cells += cells_from(c->count[s], 0, v->ndim);
    if (!err && bytes == 0)
        err = tk_fail(TK_EDATA, "%s: '%s' is text, numbers are needed",
                      nc->path, v->name);
    if (!err)
        err = check_bounds(nc, c);
    if (!err) {
        raw = tk_new(cells < most ? cells : most, bytes);
        err = raw ? TK_OK : TK_ERUN;
    }
    err = tk_agree(&nc->par, err);
    if (!err && v->ndim == 0) {
        err = tk_agree(&nc->par, read_scalar(nc, v, &to));
        more = 0;
    }
    while (!err && more) {
        gather_batch(c, most, b);
        err = tk_agree(&nc->par, read_batch(nc, v, c->one_each, b, raw, &to));
        more = c->slab < c->nslab;
        MPI_Allreduce(MPI_IN_PLACE, &more, 1, MPI_INT, MPI_LOR, nc->par.comm);
    }
    tk_free(raw);
    tk_free(b);
    return err;
}

tk_err
tk_nc_read(const tk_nc *nc, const tk_nc_var *v, const size_t *start,
           const size_t *count, double *out)
{
    MPI_Offset from[1][TK_NC_DIMS] = {{0}}, many[1][TK_NC_DIMS] = {{0}};
    cutter c = {
        .v = v, .nslab = 1, .start = from, .count = many, .one_each = true};

    for (int d = 0; d < v->ndim; d++) {
        from[0][d] = (MPI_Offset)start[d];
        many[0][d] = (MPI_Offset)count[d];
    }
    if (v->ndim > 0 && cells_from(many[0], 0, v->ndim) == 0)
        c.nslab = 0;
    return read_slabs(nc, &c, (sink){.d = out});
}

tk_err
tk_nc_read_same(const tk_nc *nc, const tk_nc_var *v, const size_t *start,
                const size_t *count, double *out)
{
    static const size_t none[TK_NC_DIMS];
    const bool reads = nc->par.rank == 0 || v->ndim == 0;
    size_t n = 1;

    for (int d = 0; d < v->ndim; d++)
        n *= count[d];
    TK_TRY(tk_nc_read(nc, v, reads ? start : none, reads ? count : none, out));
    tk_bcast(&nc->par, out, n * sizeof *out);
    return TK_OK;
}

static tk_err
read_boxes(const tk_nc *nc, const tk_nc_var *v, const size_t *start,
           const size_t *count, size_t nbox, const size_t (*box)[4], sink to)
{
    MPI_Offset from[4][TK_NC_DIMS] = {{0}}, many[4][TK_NC_DIMS] = {{0}};
    cutter c = {.v = v, .nslab = nbox, .start = from, .count = many};
    const int outer = v->ndim - 2;

    TK_ASSERT(nbox <= 4 && outer >= 0);
    for (size_t b = 0; b < nbox; b++) {
        for (int d = 0; d < outer; d++) {
            from[b][d] = (MPI_Offset)start[d];
            many[b][d] = (MPI_Offset)count[d];
        }
        for (int k = 0; k < 2; k++) {
            from[b][outer + k] = (MPI_Offset)box[b][k];
            many[b][outer + k] = (MPI_Offset)box[b][2 + k];
        }
    }
    return read_slabs(nc, &c, to);
}

tk_err
tk_nc_read_boxes(const tk_nc *nc, const tk_nc_var *v, const size_t *start,
                 const size_t *count, size_t nbox, const size_t (*box)[4],
                 float *out)
{
    return read_boxes(nc, v, start, count, nbox, box, (sink){.f = out});
}

tk_err
tk_nc_read_boxes_double(const tk_nc *nc, const tk_nc_var *v,
                        const size_t *start, const size_t *count, size_t nbox,
                        const size_t (*box)[4], double *out)
{
    return read_boxes(nc, v, start, count, nbox, box, (sink){.d = out});
}

/* Weights from coarse grids: constants, linear fields, integrals, the dateline,
 * poles, land.
 */
#include "../check.h"

#include "talik/core/mem.h"
#include "talik/grid/regrid.h"

#define RADIANS (3.14159265358979323846 / 180)
#define MOST 20000

/* A regular source of ny x nx cells, south to north or north to south. */
typedef struct {
    double lat[200], lon[400];
    tk_axes axes;
} source;

static void
make_source(source *s, size_t ny, size_t nx, double south, double north,
            double west, double east, bool north_first)
{
    for (size_t i = 0; i < ny; i++) {
        const size_t r = north_first ? ny - 1 - i : i;

        s->lat[i] = south + (north - south) * ((double)r + 0.5) / (double)ny;
    }
    for (size_t j = 0; j < nx; j++)
        s->lon[j] = west + (east - west) * ((double)j + 0.5) / (double)nx;
    s->axes = (tk_axes){.ny = ny, .nx = nx, .lat = s->lat, .lon = s->lon};
}

/* The value of weights on a field given in double. */
static double
value_of(const tk_weights *w, size_t i, const double *field)
{
    double sum = w->first[i] < w->first[i + 1] ? 0 : NAN;

    for (size_t k = w->first[i]; k < w->first[i + 1]; k++)
        sum += w->weight[k] * field[w->cell[k]];
    return sum;
}

/* a + b lat + c lon on the window, lon counted from `origin`. */
static void
linear_field(const tk_window *w, double origin, double *field)
{
    for (size_t c = 0; c < w->nrow * w->ncol; c++)
        field[c] = 3 + 0.7 * w->lat[c / w->ncol]
                   - 0.2 * (w->lon[c % w->ncol] - origin);
}

/* Bilinear weights give a linear field back, and add up to 1, whatever way rows
 * and longitudes are counted.
 */
static void
check_linear(const tk_axes *axes, double west, double turn)
{
    static double field[MOST];
    double lat[60], lon[60], origin;
    tk_window window;
    tk_weights w;
    const double extent[4] = {52, 71, west, west + 60};

    CHECK_OK(tk_window_make(axes, extent, 2, &window));
    for (size_t i = 0; i < 60; i++) {
        lat[i] = 52.01 + 19 * fmod((double)i * 0.37, 1);
        lon[i] = west + 0.003 + (double)i;
    }
    CHECK_OK(tk_weights_bilinear(&window, NULL, 60, lat, lon, &w));
    origin = window.lon[0];
    linear_field(&window, origin, field);
    for (size_t i = 0; i < 60; i++) {
        double sum = 0;

        for (size_t k = w.first[i]; k < w.first[i + 1]; k++)
            sum += w.weight[k];
        CHECK_NEAR(sum, 1, 1e-15);
        CHECK_NEAR(value_of(&w, i, field),
                   3 + 0.7 * lat[i] - 0.2 * (lon[i] + turn - origin), 1e-11);
    }
    assert_int_equal(w.outside, 0);
    assert_int_equal(w.borrowed, 0);
    tk_weights_drop(&w);
    tk_window_drop(&window);
}

static void
test_linear(void **state)
{
    static source s;

    (void)state;
    for (int north = 0; north < 2; north++) {
        make_source(&s, 90, 144, -90, 90, -1.25, 358.75, north);
        check_linear(&s.axes, -190, 360); /* Alaska in 0..360 */
        check_linear(&s.axes, -30, 360);  /* across the seam  */
        make_source(&s, 90, 144, -90, 90, -180, 180, north);
        check_linear(&s.axes, -190, 360); /* across the dateline */
        make_source(&s, 50, 80, 45, 75, 165, 240, north);
        check_linear(&s.axes, -190, 360); /* a regional source */
        make_source(&s, 50, 90, 45, 75, -195, -120, north);
        check_linear(&s.axes, 170, -360);
    }
}

static void
test_constant(void **state)
{
    static source s;
    static float in[MOST], out[2 * 25];
    const double extent[4] = {55, 65, -170, -150};
    double lat[24], lon[24];
    tk_window window;
    tk_weights w;

    (void)state;
    make_source(&s, 64, 128, -89.3, 89.3, 0, 360, false);
    CHECK_OK(tk_window_make(&s.axes, extent, 1, &window));
    for (size_t i = 0; i < 24; i++) {
        lat[i] = 55 + 10 * fmod((double)i * 0.61, 1);
        lon[i] = -170 + 20 * fmod((double)i * 0.37, 1);
    }
    CHECK_OK(tk_weights_bilinear(&window, NULL, 24, lat, lon, &w));
    for (size_t c = 0; c < 2 * window.nrow * window.ncol; c++)
        in[c] = 271.37f;
    in[3] = NAN; /* the rest shares its part */
    out[24] = out[49] = -1;
    tk_weights_apply(&w, 2, window.nrow * window.ncol, in, 25, out);
    for (size_t i = 0; i < 50; i++)
        assert_true(out[i] == (i % 25 == 24 ? -1 : 271.37f));
    tk_weights_drop(&w);
    tk_window_drop(&window);
}

/* The integral over the sphere is kept, from a fine grid to a coarse one and
 * back, of axes that share no edge.
 */
static void
check_integral(size_t ny, size_t nx, double west, bool north_first, size_t my,
               size_t mx)
{
    static source s;
    static double field[MOST], lat[MOST][2], lon[MOST][2];
    const double extent[4] = {-90, 90, -180, 180};
    double here = 0, there = 0;
    tk_window window;
    tk_weights w;

    make_source(&s, ny, nx, -90, 90, west, west + 360, north_first);
    CHECK_OK(tk_window_make(&s.axes, extent, 0, &window));
    assert_true(window.closed);
    for (size_t c = 0; c < window.nrow * window.ncol; c++) {
        const size_t k = c % window.ncol, r = c / window.ncol;
        const double *edge = window.lat_edge + 2 * r;

        field[c] =
            5 + cos(3 * window.lon[k] * RADIANS) + 1e-3 * (double)(r * r);
        if (k + 1 < window.ncol)
            here += field[c] * (360 / (double)nx)
                    * fabs(sin(edge[1] * RADIANS) - sin(edge[0] * RADIANS));
    }
    for (size_t t = 0; t < my * mx; t++)
        for (size_t e = 0; e < 2; e++) {
            lat[t][e] = -90 + 180 * (double)(t / mx + e) / (double)my;
            lon[t][e] = -180 + 360 * (double)(t % mx + e) / (double)mx;
        }
    CHECK_OK(tk_weights_conservative(&window, NULL, my * mx,
                                     (const double(*)[2])lat,
                                     (const double(*)[2])lon, &w));
    for (size_t t = 0; t < my * mx; t++)
        there += value_of(&w, t, field) * (360 / (double)mx)
                 * (sin(lat[t][1] * RADIANS) - sin(lat[t][0] * RADIANS));
    CHECK_NEAR(there / here, 1, 1e-12);
    tk_weights_drop(&w);
    tk_window_drop(&window);
}

static void
test_integral(void **state)
{
    (void)state;
    for (int north = 0; north < 2; north++) {
        check_integral(64, 128, -1.40625, north, 17, 31);
        check_integral(64, 128, 0, north, 100, 190);
        check_integral(18, 36, -180, north, 90, 144);
    }
}

/* By hand: a target over a quarter of one cell and a half of the next. */
static void
test_shares(void **state)
{
    static source s;
    const double extent[4] = {50, 60, 10, 40};
    const double lat[1][2] = {{52, 58}}, lon[1][2] = {{17.5, 25}};
    tk_window window;
    tk_weights w;

    (void)state;
    make_source(&s, 1, 3, 50, 60, 10, 40, false);
    CHECK_OK(tk_window_make(&s.axes, extent, 0, &window));
    window.lat_edge[0] = 50;
    window.lat_edge[1] = 60;
    CHECK_OK(tk_weights_conservative(&window, NULL, 1, lat, lon, &w));
    assert_int_equal(w.first[1], 2);
    CHECK_NEAR(w.weight[0], 2.5 / 7.5, 1e-15);
    CHECK_NEAR(w.weight[1], 5 / 7.5, 1e-15);
    tk_weights_drop(&w);
    tk_window_drop(&window);
}

/* Beyond the last row of a Gaussian grid, and at the pole itself. */
static void
test_poles(void **state)
{
    static source s;
    const double extent[4] = {85, 90, -180, 180};
    const double lat[3] = {89, 90, 87.864}, lon[3] = {10, 11, 12};
    static double field[MOST];
    tk_window window;
    tk_weights w;

    (void)state;
    make_source(&s, 64, 128, -89.259, 89.259, 0, 360, true);
    CHECK_OK(tk_window_make(&s.axes, extent, 1, &window));
    CHECK_NEAR(fmax(window.lat_edge[0], window.lat_edge[1]), 90, 0);
    CHECK_OK(tk_weights_bilinear(&window, NULL, 3, lat, lon, &w));
    assert_int_equal(w.outside, 0);
    for (size_t c = 0; c < window.nrow * window.ncol; c++)
        field[c] = window.lat[c / window.ncol];
    CHECK_NEAR(value_of(&w, 0, field), window.lat[0], 1e-12);
    CHECK_NEAR(value_of(&w, 1, field), window.lat[0], 1e-12);
    tk_weights_drop(&w);
    tk_window_drop(&window);
}

/* Sea has no part; a target in the sea takes the nearest land. */
static void
test_land(void **state)
{
    static source s;
    const double extent[4] = {60, 66, -160, -150};
    const double lat[3] = {62, 64.5, 61}, lon[3] = {-158, -151.5, -159.2};
    unsigned char usable[64] = {0};
    double field[64];
    tk_window window;
    tk_weights w;

    (void)state;
    make_source(&s, 3, 5, 60, 66, 200, 210, false);
    CHECK_OK(tk_window_make(&s.axes, extent, 0, &window));
    assert_int_equal(window.nrow * window.ncol, 15);
    for (size_t c = 0; c < 15; c++)
        field[c] = (double)c;
    usable[0] = usable[6] = 1;
    CHECK_OK(tk_weights_bilinear(&window, usable, 3, lat, lon, &w));
    CHECK_NEAR(value_of(&w, 0, field), 3, 1e-12); /* cells 0 and 6 alike */
    CHECK_NEAR(value_of(&w, 1, field), 6, 0);     /* far from both       */
    assert_int_equal(w.borrowed, 1);
    assert_true(w.farthest > 300 && w.farthest < 330);
    tk_weights_drop(&w);
    usable[0] = usable[6] = 0;
    CHECK_OK(tk_weights_bilinear(&window, usable, 3, lat, lon, &w));
    assert_int_equal(w.outside, 3);
    tk_weights_drop(&w);
    tk_window_drop(&window);
}

/* Outside a regional source there is no value; far off it is an error. */
static void
test_outside(void **state)
{
    static source s;
    const double extent[4] = {58, 66, -160, -150}, away[4] = {10, 20, 0, 9};
    const double lat[3] = {59.9, 60.1, 65.9}, lon[3] = {-155, -155, -149.9};
    tk_window window;
    tk_weights w;

    (void)state;
    make_source(&s, 3, 5, 60, 66, 200, 210, true);
    CHECK_OK(tk_window_make(&s.axes, extent, 3, &window));
    CHECK_OK(tk_weights_bilinear(&window, NULL, 3, lat, lon, &w));
    assert_int_equal(w.outside, 2);
    assert_int_equal(w.first[1], 0);
    assert_int_equal(w.first[3], w.first[2]);
    tk_weights_drop(&w);
    tk_window_drop(&window);
    assert_int_equal(tk_window_make(&s.axes, away, 3, &window), TK_EDATA);
    assert_non_null(strstr(tk_last_fault()->text, "is not in it"));
    s.lon[2] = 190;
    assert_int_equal(tk_window_make(&s.axes, extent, 3, &window), TK_EDATA);
    assert_non_null(strstr(tk_last_fault()->text, "must ascend"));
}

/* Only the part that is needed is in the window. */
static void
test_window(void **state)
{
    static source s;
    const double extent[4] = {51, 72, -190, -129};
    tk_window window;

    (void)state;
    make_source(&s, 64, 128, -89.3, 89.3, -1.40625, 358.59375, false);
    CHECK_OK(tk_window_make(&s.axes, extent, 2, &window));
    assert_false(window.closed);
    assert_true(window.nrow <= 8 + 1 + 4);
    assert_true(window.ncol <= 22 + 2 + 6);
    assert_true(window.lon[0] < 170 - 2 * 2.8125);
    assert_true(window.lon[window.ncol - 1] > 231 + 2 * 2.8125);
    assert_true(window.lat[0] < 51 - 2.8);
    tk_window_drop(&window);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linear),   cmocka_unit_test(test_constant),
        cmocka_unit_test(test_integral), cmocka_unit_test(test_shares),
        cmocka_unit_test(test_poles),    cmocka_unit_test(test_land),
        cmocka_unit_test(test_outside),  cmocka_unit_test(test_window),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

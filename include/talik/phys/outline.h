/* talik/phys/outline.h -- where Alaska is: a coarse outline of its land.
 *
 * The US Census Bureau's cartographic boundary of the state (2017, public
 * domain), simplified to 6 km; islands below 300 km2 are left out, large lakes
 * are land.  Made by tests/tools/make_outline.py.
 *
 * Units    degrees north and east; any longitude is accepted, those given back
 *          are continuous: the western Aleutians lie below -180.
 */
#ifndef TALIK_PHYS_OUTLINE_H
#define TALIK_PHYS_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>

bool tk_alaska_is_land(double lat, double lon);

/* Fraction of land, 0..1, of the cell dlat x dlon around its centre, exact on
 * each of 16 parallels across the cell.
 */
double tk_alaska_land_fraction(double lat, double lon, double dlat,
                               double dlon);

/* Distance, km, of a point on land or sea to the nearest shore.  The border on
 * 141 W is no shore.
 */
double tk_alaska_coast_distance(double lat, double lon);

/* The rings, for drawing: the largest first, open (the last vertex joins the
 * first).
 */
size_t tk_alaska_ring_count(void);
size_t tk_alaska_ring_length(size_t ring);
void tk_alaska_vertex(size_t ring, size_t i, double *lat, double *lon);

#endif

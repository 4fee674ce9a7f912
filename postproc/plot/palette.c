/* Colours of things that have no order, for lines and bars. */
#include "plot.h"

/* Okabe and Ito's palette, which is safe for colour-vision deficiency, with
 * grey for its black; yellow comes late, as lines of it are lost on white.
 */
static const char *const colours[TK_PALETTE] = {
    "0/114/178",  "213/94/0",  "0/158/115",  "204/121/167",
    "86/180/233", "230/159/0", "240/228/66", "90/90/90",
};

const char *
tk_plot_palette(size_t i)
{
    return colours[i % TK_PALETTE];
}

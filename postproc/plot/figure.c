#include "plot.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gmt.h>

#include "talik/core/mem.h"

struct tk_figure {
    void *api;
    char out[PATH_MAX], format[8];
    char home[PATH_MAX]; /* where we came from */
    char dir[PATH_MAX];  /* GMT's files        */
    tk_err err;
    int ntext;
};

static const char *const formats[] = {"png", "pdf", "jpg"};

static tk_err
choose_format(const char *out, tk_figure *f)
{
    const char *dot = strrchr(out, '.');

    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (dot && strcmp(dot + 1, formats[i]) == 0) {
            snprintf(f->format, sizeof f->format, "%s", formats[i]);
            return TK_OK;
        }
    return tk_fail(TK_ECONF, "-o %s: the name must end in .png, .pdf or .jpg",
                   out);
}

/* The name as it is from any folder; its own folder must be there. */
static tk_err
place_output(const char *out, tk_figure *f)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(out, '/');
    const int n = slash ? (int)(slash - out) : 0;

    snprintf(folder, sizeof folder, "%.*s", n, out);
    if (slash == out)
        snprintf(folder, sizeof folder, "/");
    if (!slash)
        snprintf(folder, sizeof folder, ".");
    if (access(folder, W_OK) != 0)
        return tk_fail(TK_EOUT, "%s: %s", folder, strerror(errno));
    if (!getcwd(f->home, sizeof f->home)
        || snprintf(f->out, sizeof f->out, "%s%s%s",
                    out[0] == '/' ? "" : f->home, out[0] == '/' ? "" : "/", out)
               >= (int)sizeof f->out)
        return tk_fail(TK_EOUT, "%s: the path is too long", out);
    return TK_OK;
}

static tk_err
enter_folder(tk_figure *f)
{
    const char *tmp = getenv("TMPDIR");
    char pid[32];

    if (snprintf(f->dir, sizeof f->dir, "%s/talik-plot-XXXXXX",
                 tmp && *tmp ? tmp : "/tmp")
            >= (int)sizeof f->dir
        || !mkdtemp(f->dir)) {
        f->dir[0] = '\0';
        return tk_fail(TK_EOUT, "cannot make a folder in %s: %s",
                       tmp && *tmp ? tmp : "/tmp", strerror(errno));
    }
    if (chdir(f->dir) != 0)
        return tk_fail(TK_EOUT, "%s: %s", f->dir, strerror(errno));
    /* GMT names its session after the parent process and keeps it under HOME:
     * neither suits many plots at once on a cluster.
     */
    snprintf(pid, sizeof pid, "talik-%ld", (long)getpid());
    setenv("GMT_SESSION_NAME", pid, 1);
    setenv("GMT_USERDIR", f->dir, 1);
    setenv("GMT_TMPDIR", f->dir, 1);
    return TK_OK;
}

tk_err
tk_figure_open(const char *out, tk_figure **figure)
{
    tk_figure *f = tk_new(1, sizeof *f);

    *figure = f;
    if (!f)
        return TK_ERUN;
    TK_TRY(choose_format(out, f));
    TK_TRY(place_output(out, f));
    TK_TRY(enter_folder(f));
    f->api = GMT_Create_Session("talik-plot", 2, GMT_SESSION_NORMAL, NULL);
    if (!f->api)
        return tk_fail(TK_ERUN, "GMT does not start");
    /* Called from C, "begin" forgets the options that "figure" keeps. */
    tk_gmt(f, "begin", "%s", "");
    tk_gmt(f, "figure", "picture %s E200,A+m0.3c", f->format);
    tk_gmt(f, "set",
           "PS_CHAR_ENCODING ISOLatin1+ FONT_ANNOT 9p,Helvetica,gray20 "
           "FONT_LABEL 10p,Helvetica,gray10 MAP_FRAME_PEN 0.7p,gray40 "
           "MAP_TICK_PEN 0.6p,gray40 MAP_FRAME_TYPE plain "
           "MAP_GRID_PEN_PRIMARY 0.25p,gray80 MAP_TICK_LENGTH_PRIMARY 3p "
           "MAP_ANNOT_OFFSET_PRIMARY 4p MAP_LABEL_OFFSET 6p "
           "FORMAT_GEO_MAP dddF PS_MEDIA 100cx100c COLOR_NAN white");
    return f->err;
}

void
tk_gmt(tk_figure *f, const char *module, const char *fmt, ...)
{
    char args[2048];
    va_list list;
    int n;

    if (f->err)
        return;
    va_start(list, fmt);
    n = vsnprintf(args, sizeof args, fmt, list);
    va_end(list);
    if (n < 0 || n >= (int)sizeof args)
        f->err = tk_fail(TK_ERUN, "GMT %s: the arguments are too long", module);
    else if (GMT_Call_Module(f->api, module, GMT_MODULE_CMD, args) != 0)
        f->err = tk_fail(TK_EOUT, "GMT %s failed with: %s", module, args);
}

FILE *
tk_figure_file(tk_figure *f, const char *name)
{
    FILE *file = f->err ? NULL : fopen(name, "w");

    if (!file && !f->err)
        f->err = tk_fail(TK_EOUT, "%s/%s: %s", f->dir, name, strerror(errno));
    return file;
}

void
tk_figure_file_end(tk_figure *f, FILE *file)
{
    const bool bad = file && ferror(file);

    if (file && (fclose(file) != 0 || bad) && !f->err)
        f->err = tk_fail(TK_EOUT, "%s: %s", f->dir, strerror(errno));
}

const char *
tk_gmt_text(const char *text)
{
    static char ring[4][1024];
    static int turn;
    char *out = ring[turn++ % 4];
    const unsigned char *p = (const unsigned char *)text;
    size_t n = 0;

    while (*p && n < sizeof ring[0] - 8) {
        unsigned code = *p++;
        int more = code >= 0xF0 ? 3 : code >= 0xE0 ? 2 : code >= 0xC0 ? 1 : 0;

        if (more)
            code &= 0x3Fu >> more;
        for (; more && (*p & 0xC0) == 0x80; more--)
            code = (code << 6) | (*p++ & 0x3Fu);
        if (code == '@' || code == '\\')
            n += (size_t)sprintf(out + n, code == '@' ? "@@" : "\\134");
        else if (code >= 0x2010 && code <= 0x2015)
            out[n++] = '-';
        else if (code == 0x2018 || code == 0x2019)
            out[n++] = '\'';
        else if (code >= 0xA0 && code < 0x100)
            n += (size_t)sprintf(out + n, "\\%o", code);
        else
            out[n++] = code < 0x80 ? (char)(code < ' ' ? ' ' : code) : '?';
    }
    out[n] = '\0';
    return out;
}

const char *
tk_gmt_units(const char *units)
{
    if (strcmp(units, "degC") == 0)
        return "@.C";
    return strcmp(units, "1") == 0 ? "" : tk_gmt_text(units);
}

/* Helvetica is about half as wide as high. */
static size_t
letters_per_line(double width, double points)
{
    return (size_t)fmax(width / (0.53 * points * 2.54 / 72), 8);
}

/* Length of the next line, which ends between words where it can. */
static size_t
next_line(const char *text, size_t most)
{
    size_t n = strlen(text), cut;

    if (n <= most)
        return n;
    for (cut = most; cut > most / 2 && text[cut] != ' '; cut--)
        ;
    if (text[cut] == ' ')
        return cut;
    for (cut = most; cut > 1 && ((unsigned char)text[cut] & 0xC0) == 0x80;
         cut--)
        ;
    return cut;
}

double
tk_figure_text_height(double width, double points, const char *text)
{
    const size_t most = letters_per_line(width, points);
    int lines = 0;

    while (*text) {
        text += next_line(text, most);
        text += strspn(text, " ");
        lines++;
    }
    return lines * 1.25 * points * 2.54 / 72;
}

void
tk_figure_text(tk_figure *f, double x, double y, double width, double points,
               const char *how, const char *text)
{
    const size_t most = letters_per_line(width, points);
    char name[32], line[1024];
    double at = y + tk_figure_text_height(width, points, text);
    FILE *file;

    snprintf(name, sizeof name, "text%d.txt", f->ntext++);
    file = tk_figure_file(f, name);
    while (file && *text) {
        const size_t n = next_line(text, most);

        at -= 1.25 * points * 2.54 / 72;
        snprintf(line, sizeof line, "%.*s", (int)n, text);
        fprintf(file, "%g %g %s\n", x, at, tk_gmt_text(line));
        text += n;
        text += strspn(text, " ");
    }
    tk_figure_file_end(f, file);
    tk_gmt(f, "text", "%s -R0/100/0/100 -Jx1c -N -F%s", name, how);
}

double
tk_nice_up(double x)
{
    const double unit = pow(10, floor(log10(fmax(x, 1e-300))));
    const double m = x / unit;

    return unit * (m <= 1.001 ? 1 : m <= 2.001 ? 2 : m <= 5.001 ? 5 : 10);
}

/* The picture under a name beside its final one, then that name. */
static tk_err
move_picture(tk_figure *f)
{
    char from[64], part[PATH_MAX + 16], bytes[1 << 16];
    FILE *in, *out;
    size_t n;
    bool good;

    snprintf(from, sizeof from, "picture.%s", f->format);
    in = fopen(from, "rb");
    if (!in)
        return tk_fail(TK_EOUT,
                       "GMT drew no picture; is Ghostscript installed?");
    snprintf(part, sizeof part, "%s.%ld.tmp", f->out, (long)getpid());
    out = fopen(part, "wb");
    if (!out) {
        fclose(in);
        return tk_fail(TK_EOUT, "%s: %s", part, strerror(errno));
    }
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
        if (fwrite(bytes, 1, n, out) != n)
            break;
    good = !ferror(in) && !ferror(out);
    fclose(in);
    good = fclose(out) == 0 && good;
    if (good && rename(part, f->out) == 0)
        return TK_OK;
    tk_fail(TK_EOUT, "%s: %s", f->out, strerror(errno));
    unlink(part);
    return TK_EOUT;
}

static int
remove_entry(const char *path, const struct stat *s, int kind, struct FTW *w)
{
    (void)s;
    (void)kind;
    (void)w;
    return remove(path);
}

tk_err
tk_figure_close(tk_figure *f, tk_err err)
{
    if (!f)
        return err;
    if (f->api) {
        if (!err)
            tk_gmt(f, "end", "%s", "");
        if (!err)
            err = f->err;
        GMT_Destroy_Session(f->api);
        if (!err)
            err = move_picture(f);
    }
    if (f->dir[0]) {
        if (chdir(f->home) != 0 && !err)
            err = tk_fail(TK_EOUT, "%s: %s", f->home, strerror(errno));
        nftw(f->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    }
    tk_free(f);
    return err;
}

/* plot.h: the samples' pictures: curves as an SVG file, and one curve in the terminal. */
#ifndef SAMPLES_PLOT_H
#define SAMPLES_PLOT_H

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const char *name;
    const double *y; /* at x = 0, 1, 2, ...; all above 0: the axis is logarithmic */
    int n;
} PlotCurve;

typedef struct {
    int decade_lo, decade_hi, n;
} PlotRange;

static inline PlotRange plot_range(const PlotCurve *curve, int ncurves)
{
    double lo = INFINITY, hi = 0;
    PlotRange r = {0, 0, 2};
    for (int c = 0; c < ncurves; c++) {
        for (int i = 0; i < curve[c].n; i++) {
            lo = fmin(lo, curve[c].y[i]);
            hi = fmax(hi, curve[c].y[i]);
        }
        r.n = curve[c].n > r.n ? curve[c].n : r.n;
    }
    r.decade_lo = (int)floor(log10(lo));
    r.decade_hi = (int)ceil(log10(hi));
    r.decade_hi += r.decade_hi == r.decade_lo;
    return r;
}

/* Learning curves, loss over step, as FILE. Returns 0, or -1 where it cannot be written. */
static inline int plot_svg(const char *file, const char *title, const PlotCurve *curve, int ncurves)
{
    static const char *const colour[] = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd"};
    const double x0 = 70, y0 = 40, width = 540, height = 320;
    PlotRange r = plot_range(curve, ncurves);
    double per_decade = height / (r.decade_hi - r.decade_lo);
    FILE *f = fopen(file, "w");
    if (!f)
        return -1;
    fprintf(f,
            "<svg xmlns='http://www.w3.org/2000/svg' width='660' height='420' font-family='sans-serif' font-size='13'>\n"
            "<rect width='660' height='420' fill='white'/>\n<text x='70' y='25' font-size='16'>%s</text>\n",
            title);
    for (int d = r.decade_lo; d <= r.decade_hi; d++) {
        double y = y0 + (r.decade_hi - d) * per_decade;
        fprintf(f, "<path d='M%g %gh%g' stroke='#ddd'/><text x='62' y='%g' text-anchor='end'>1e%d</text>\n", x0, y, width, y + 4,
                d);
    }
    for (int i = 0; i <= 4; i++)
        fprintf(f, "<text x='%g' y='380' text-anchor='middle'>%d</text>\n", x0 + i * width / 4, (r.n - 1) * i / 4);
    fprintf(f, "<text x='%g' y='402' text-anchor='middle'>step</text>\n", x0 + width / 2);
    for (int c = 0; c < ncurves; c++) {
        fprintf(f, "<polyline fill='none' stroke-width='1.5' stroke='%s' points='", colour[c % 4]);
        for (int i = 0; i < curve[c].n; i++)
            fprintf(f, "%.1f,%.1f ", x0 + i * width / (r.n - 1), y0 + (r.decade_hi - log10(curve[c].y[i])) * per_decade);
        fprintf(f, "'/>\n<text x='600' y='%d' text-anchor='end' fill='%s'>%s</text>\n", 60 + 18 * c, colour[c % 4], curve[c].name);
    }
    fprintf(f, "</svg>\n");
    return fclose(f) ? -1 : 0;
}

/* One curve as 12 lines of 60 characters. */
static inline void plot_text(const PlotCurve *curve)
{
    enum { ROWS = 12, COLUMNS = 60 };
    char cell[ROWS][COLUMNS + 1];
    PlotRange r = plot_range(curve, 1);
    double lo = INFINITY, hi = 0;
    for (int i = 0; i < curve->n; i++) {
        lo = fmin(lo, curve->y[i]);
        hi = fmax(hi, curve->y[i]);
    }
    double span = log(hi / lo) > 0 ? log(hi / lo) : 1;
    memset(cell, ' ', sizeof cell);
    for (int x = 0; x < COLUMNS; x++) {
        int i = (r.n - 1) * x / (COLUMNS - 1);
        cell[(int)(log(hi / curve->y[i]) / span * (ROWS - 1) + 0.5)][x] = '*';
    }
    for (int row = 0; row < ROWS; row++) {
        cell[row][COLUMNS] = '\0';
        printf("  %9.2e |%s\n", hi * exp(-span * row / (ROWS - 1)), cell[row]);
    }
    printf("            +------------------------------------------------------------\n"
           "             0%*d steps (%s)\n",
           COLUMNS - 1, curve->n - 1, curve->name);
}

#endif

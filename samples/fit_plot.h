/* fit_plot.h: measurements and a fitted curve as an SVG file, both axes linear. */
#ifndef SAMPLES_FIT_PLOT_H
#define SAMPLES_FIT_PLOT_H

#include <math.h>
#include <stdio.h>

/* The distance between marks: 1, 2 or 5 times a power of ten, for about five of them. */
static inline double fit_plot_step(double range)
{
    double power = pow(10, floor(log10(range / 5))), digits = range / 5 / power;
    return power * (digits < 1.5 ? 1 : digits < 3.5 ? 2 : digits < 7.5 ? 5 : 10);
}

/* n points (x, y), x ascending, and the curve through (x, fitted). Returns 0, or -1 where the file cannot be written. */
static inline int fit_plot_svg(const char *file, const char *title, const double *x, const double *y, const double *fitted, int n)
{
    const double left = 70, top = 40, width = 540, height = 320;
    double lo = INFINITY, hi = -INFINITY, span = x[n - 1] - x[0];
    for (int i = 0; i < n; i++) {
        lo = fmin(lo, fmin(y[i], fitted[i]));
        hi = fmax(hi, fmax(y[i], fitted[i]));
    }
    double margin = 0.05 * (hi - lo), step = fit_plot_step(hi - lo);
    lo -= margin;
    hi += margin;
    FILE *f = fopen(file, "w");
    if (!f)
        return -1;
    fprintf(f,
            "<svg xmlns='http://www.w3.org/2000/svg' width='660' height='420' font-family='sans-serif' font-size='13'>\n"
            "<rect width='660' height='420' fill='white'/>\n<text x='70' y='25' font-size='16'>%s</text>\n",
            title);
    for (double v = step * ceil(lo / step); v <= hi; v += step) {
        double at = top + (hi - v) / (hi - lo) * height;
        fprintf(f, "<path d='M%g %.1fh%g' stroke='#ddd'/><text x='62' y='%.1f' text-anchor='end'>%g</text>\n", left, at, width, at + 4,
                fabs(v) < 1e-9 * step ? 0 : v);
    }
    step = fit_plot_step(span);
    for (double v = step * ceil(x[0] / step); v <= x[n - 1] * (1 + 1e-12); v += step)
        fprintf(f, "<text x='%.1f' y='380' text-anchor='middle'>%g</text>\n", left + (v - x[0]) / span * width, v);
    for (int i = 0; i < n; i++)
        fprintf(f, "<circle cx='%.1f' cy='%.1f' r='2.2' fill='#1f77b4'/>\n", left + (x[i] - x[0]) / span * width,
                top + (hi - y[i]) / (hi - lo) * height);
    fprintf(f, "<polyline fill='none' stroke-width='1.8' stroke='#d62728' points='");
    for (int i = 0; i < n; i++)
        fprintf(f, "%.1f,%.1f ", left + (x[i] - x[0]) / span * width, top + (hi - fitted[i]) / (hi - lo) * height);
    fprintf(f, "'/>\n<text x='600' y='25' text-anchor='end'><tspan fill='#1f77b4'>measured</tspan>"
               "<tspan dx='12' fill='#d62728'>fitted</tspan></text>\n</svg>\n");
    return fclose(f) ? -1 : 0;
}

#endif

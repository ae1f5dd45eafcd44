/* Draws contours of a function and its negative gradient at a point, as contour.svg. */
#include "bowl.h"
#include "bowl_grad.h"

#include "check.h"

enum { CELLS = 80, SIZE = 480 };
static const double half = 3; /* the picture shows [-half, half] squared */

static double to_x(double x)
{
    return (x + half) / (2 * half) * SIZE;
}

static double to_y(double y)
{
    return (half - y) / (2 * half) * SIZE;
}

/* Where the function crosses the level on a cell's edges, joined by lines (marching squares; cells with four crossings get two). */
static int draw_cell(FILE *f, double x, double y, double h, double level)
{
    static const int corner[5][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}};
    int crossings = 0;
    for (int i = 0; i < 4; i++) {
        double x0 = x + corner[i][0] * h, y0 = y + corner[i][1] * h, x1 = x + corner[i + 1][0] * h, y1 = y + corner[i + 1][1] * h;
        double a = bowl(x0, y0) - level, b = bowl(x1, y1) - level;
        if ((a < 0) == (b < 0))
            continue;
        double t = a / (a - b);
        fprintf(f, "%c%.1f %.1f", crossings++ % 2 ? 'L' : 'M', to_x(x0 + t * (x1 - x0)), to_y(y0 + t * (y1 - y0)));
    }
    return crossings;
}

static int draw(const char *file, double x, double y, double d_x, double d_y)
{
    FILE *f = fopen(file, "w");
    int crossings = 0;
    double h = 2 * half / CELLS, to = 0.25; /* the arrow's length: a quarter of the gradient */
    if (!f)
        return -1;
    fprintf(f,
            "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif' font-size='12'>\n"
            "<rect width='%d' height='%d' fill='white'/>\n<path stroke='#bbb' d='M0 240H480M240 0V480'/>\n"
            "<defs><marker id='tip' orient='auto' markerWidth='6' markerHeight='6' refX='4' refY='3'>"
            "<path d='M0 0L6 3L0 6z' fill='#d62728'/></marker></defs>\n",
            SIZE, SIZE, SIZE, SIZE);
    for (int level = 1; level <= 8; level++) {
        fprintf(f, "<path fill='none' stroke='#1f77b4' d='");
        for (int i = 0; i < CELLS; i++)
            for (int j = 0; j < CELLS; j++)
                crossings += draw_cell(f, -half + i * h, -half + j * h, h, level);
        fprintf(f, "'/>\n");
    }
    for (int v = -2; v <= 2; v++)
        fprintf(f, "<text x='%.0f' y='%.0f' text-anchor='middle'>%d</text>%s", to_x(v), to_y(0) + 16, v, v ? "" : "\n");
    for (int v = -2; v <= 2; v += v == -1 ? 2 : 1) /* the origin has its 0 already */
        fprintf(f, "<text x='%.0f' y='%.0f' text-anchor='end'>%d</text>\n", to_x(0) - 6, to_y(v) + 4, v);
    for (int level = 1; level <= 8; level++) /* on the falling diagonal, where no arrow is */
        fprintf(f, "<text x='%.0f' y='%.0f' fill='#1f77b4' stroke='white' stroke-width='4' paint-order='stroke' text-anchor='middle'>%d</text>\n",
                to_x(-sqrt(level / 2.0)), to_y(sqrt(level / 2.0)) + 4, level);
    fprintf(f,
            "<path stroke='#d62728' stroke-width='2.5' marker-end='url(#tip)' d='M%.1f %.1fL%.1f %.1f'/>\n"
            "<circle cx='%.1f' cy='%.1f' r='4' fill='#d62728'/>\n"
            "<text x='%.1f' y='%.1f' fill='#d62728' stroke='white' stroke-width='4' paint-order='stroke'>negative gradient at (%g, %g)</text>\n</svg>\n",
            to_x(x), to_y(y), to_x(x - to * d_x), to_y(y - to * d_y), to_x(x), to_y(y), to_x(x) - 150, to_y(y) - 14, x, y);
    return fclose(f) ? -1 : crossings;
}

int main(void)
{
    double d_x = 0, d_y = 0;
    check_number("x^2 + y^2 at (2, 1.5)", bowl_grad(2, 1.5, &d_x, &d_y), 6.25, 0);
    check_number("negative gradient, x", -d_x, -4, 0);
    check_number("negative gradient, y", -d_y, -3, 0);
    int crossings = draw("contour.svg", 2, 1.5, d_x, d_y);
    check_number("contours drawn", crossings > 0, 1, 0);
    puts("wrote contour.svg");
    return check_status();
}

/* The gradient through 200 Runge-Kutta steps; then the throw that hits the target, by gradient descent. */
#include "rk4.h"
#include "rk4_grad.h"

#include "check.h"

#include <string.h>

typedef struct {
    double speed[2];
    Flight flight;
} Problem;

static double objective(void *ctx)
{
    Problem *p = ctx;
    return miss(p->speed, p->flight, 2.0, 200, 12, 3, 0.01);
}

/* Without air the flight is a parabola, which the method follows exactly: x = 2 vx, y = 2 vy - 2 g. */
static void parabola(void)
{
    double speed[2] = {3, 12}, d_speed[2] = {0, 0};
    Flight vacuum = {0, 9.81, {0, 0}}, d_flight = {0, 0, {0, 0}};
    puts("no air");
    check_number("distance squared", miss_grad(speed, vacuum, 2, 10, 5, 4, 0, d_speed, &d_flight), 1 + 0.38 * 0.38, 1e-12);
    check_number("d_speed[0] = 2 (6 - 5) 2", d_speed[0], 4, 1e-12);
    check_number("d_speed[1] = 2 (4.38 - 4) 2", d_speed[1], 1.52, 1e-12);
    check_number("d_gravity = 2 (4.38 - 4) (-2)", d_flight.gravity, -1.52, 1e-12);
}

enum { FLY_STEPS = 60 };
static double seed[2 * FLY_STEPS + 2];

static double seeded_path(void *ctx)
{
    Problem *p = ctx;
    double path[2 * FLY_STEPS + 2] = {0}, sum = 0;
    fly(p->speed, p->flight, 2.0, FLY_STEPS, path);
    for (int i = 0; i < 2 * FLY_STEPS + 2; i++)
        sum += seed[i] * path[i];
    return sum;
}

/* The path as a vector, also one that ends early at the ground: what is not written keeps its seed. */
static void path_derivative(Problem *p, int ends_at)
{
    double path[2 * FLY_STEPS + 2], d_path[2 * FLY_STEPS + 2], sum = 0;
    CheckVar var[] = {check_var("speed", p->speed, 2), check_var("flight", &p->flight.drag, 4)};
    Flight v_flight;
    for (int i = 0; i < 2 * FLY_STEPS + 2; i++) {
        seed[i] = d_path[i] = check_normal();
        path[i] = 0;
    }
    int steps = fly_vjp(p->speed, p->flight, 2.0, FLY_STEPS, path, var[0].d, (Flight *)(void *)var[1].d, d_path);
    check_number("steps of the path", steps, ends_at, 0);
    for (int i = 0; i < 2 * FLY_STEPS + 2; i++)
        check_failed |= d_path[i] != (i < 2 * steps ? 0 : seed[i]);
    check_gradient(var, 2, seeded_path, p);
    memcpy(&v_flight, var[1].v, sizeof v_flight);
    for (int i = 0; i < 2 * FLY_STEPS + 2; i++)
        d_path[i] = 0;
    fly_jvp(p->speed, p->flight, 2.0, FLY_STEPS, path, var[0].v, v_flight, d_path);
    for (int i = 0; i < 2 * FLY_STEPS + 2; i++)
        sum += seed[i] * d_path[i];
    check_tangent(var, 2, sum);
    check_free(var, 2);
}

static void shoot(Problem *p)
{
    double value = 0;
    for (int step = 0; step < 500; step++) {
        double d[2] = {0, 0};
        Flight unused;
        memset(&unused, 0, sizeof unused);
        value = miss_grad(p->speed, p->flight, 2.0, 200, 12, 3, 0, d, &unused);
        p->speed[0] -= 0.1 * d[0];
        p->speed[1] -= 0.1 * d[1];
    }
    printf("throw with (%.6f, %.6f): distance %.1e\n", p->speed[0], p->speed[1], sqrt(value));
    check_line("distance from the target", sqrt(value), 1e-8);
}

int main(void)
{
    Problem p = {{5, 8}, {0.05, 9.81, {-3, 0.5}}};
    parabola();
    CheckVar var[] = {check_var("speed", p.speed, 2), check_var("flight", &p.flight.drag, 4)};
    Flight *d_flight = (Flight *)(void *)var[1].d, v_flight;
    double value = miss_grad(p.speed, p.flight, 2.0, 200, 12, 3, 0.01, var[0].d, d_flight), tangent;
    printf("with air: value %.15g\n", value);
    check_number("value that the gradient returns", value, objective(&p), 0);
    check_gradient(var, 2, objective, &p);
    memcpy(&v_flight, var[1].v, sizeof v_flight);
    miss_jvp(p.speed, p.flight, 2.0, 200, 12, 3, 0.01, var[0].v, v_flight, &tangent);
    check_tangent(var, 2, tangent);
    check_free(var, 2);
    puts("the path");
    path_derivative(&p, 45);
    p.speed[1] = 12;
    path_derivative(&p, FLY_STEPS + 1);
    shoot(&p);
    return check_status();
}

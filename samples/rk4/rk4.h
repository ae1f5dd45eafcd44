#ifndef RK4_H
#define RK4_H

typedef struct {
    double drag; /* air resistance per mass, quadratic in the speed */
    double gravity;
    double wind[2];
} Flight;

/* How far from (x, y) a ball thrown from the origin is after `time`, squared, plus effort times the squared speed of the throw. */
double miss(const double speed[2], Flight flight, double time, int steps, double x, double y, double effort);

/* The flight itself: path[2*i], path[2*i+1] is where the ball is after i of the steps, i = 0 to steps. Returns the number of steps until
 * it is below the ground, after which the path is not written; steps + 1 if it is not. */
int fly(const double speed[2], Flight flight, double time, int steps, double *path);

#endif

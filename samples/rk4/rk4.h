#ifndef RK4_H
#define RK4_H

typedef struct {
    double drag; /* air resistance per mass, quadratic in the speed */
    double gravity;
    double wind[2];
} Flight;

/* How far from (x, y) a ball thrown from the origin is after `time`, squared, plus effort times the squared speed of the throw. */
double miss(const double speed[2], Flight flight, double time, int steps, double x, double y, double effort);

#endif

#ifndef BA_JACOBIAN_H
#define BA_JACOBIAN_H

/* cam: rotation (3), centre (3), focal length, principal point (2), radial distortion (2). */
void residual(const double *cam, const double *point, double weight, const double *seen, double *err);

#endif

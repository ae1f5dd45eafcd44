/* Bundle adjustment: scalar error and residual vector, derivatives against differences and tangents. */
#include "ba.h"
#include "ba_grad.h"

#include "check.h"

enum { CAMS = 4, POINTS = 12, OBS = 30, CAMERA_SIZE = sizeof(Camera) / sizeof(double) };

typedef struct {
    Camera cams[CAMS];
    Point points[POINTS];
    double weights[OBS];
    Observation obs[OBS];
    double seed[3 * OBS];
} Problem;

static void make(Problem *p)
{
    for (int c = 0; c < CAMS; c++) {
        Camera *cam = &p->cams[c];
        for (int i = 0; i < 3; i++) {
            cam->rotation[i] = check_uniform(-0.3, 0.3);
            cam->center[i] = check_uniform(-0.5, 0.5);
        }
        cam->focal = check_uniform(0.9, 1.5);
        for (int i = 0; i < 2; i++) {
            cam->principal[i] = check_uniform(-0.1, 0.1);
            cam->radial[i] = check_uniform(-0.05, 0.05);
        }
    }
    for (int i = 0; i < POINTS; i++) {
        Point q = {check_uniform(-1, 1), check_uniform(-1, 1), check_uniform(4, 6)};
        p->points[i] = q;
    }
    for (int i = 0; i < OBS; i++) {
        Observation o = {i % CAMS, i % POINTS, check_uniform(-0.3, 0.3), check_uniform(-0.3, 0.3)};
        p->obs[i] = o;
        p->weights[i] = check_uniform(0.5, 1.5);
    }
    for (int i = 0; i < 3 * OBS; i++)
        p->seed[i] = check_uniform(-1, 1);
}

static double error(void *ctx)
{
    Problem *p = ctx;
    return ba_error(CAMS, POINTS, OBS, p->cams, p->points, p->weights, p->obs);
}

static double seeded_residuals(void *ctx)
{
    Problem *p = ctx;
    double residual[3 * OBS], sum = 0;
    ba_residuals(CAMS, POINTS, OBS, p->cams, p->points, p->weights, p->obs, residual);
    for (int i = 0; i < 3 * OBS; i++)
        sum += p->seed[i] * residual[i];
    return sum;
}

/* A camera at the origin that looks along z: (1, 2, 4) is seen at (0.25, 0.5) times the focal length. */
static void by_hand(void)
{
    Camera cam = {{0, 0, 0}, {0, 0, 0}, 2, {0, 0}, {0, 0}}, d_cam = {{0, 0, 0}, {0, 0, 0}, 0, {0, 0}, {0, 0}};
    Point point = {1, 2, 4}, d_point = {0, 0, 0};
    Observation obs = {0, 0, 0, 0};
    double weight = 1, d_weight = 0;
    puts("one camera, one point");
    check_number("error", ba_error_grad(1, 1, 1, &cam, &point, &weight, &obs, &d_cam, &d_point, &d_weight), 0.625, 1e-15);
    check_number("d_point.x", d_point.x, 0.25, 1e-15);
    check_number("d_point.y", d_point.y, 0.5, 1e-15);
    check_number("d_point.z", d_point.z, -0.3125, 1e-15);
    check_number("d_focal", d_cam.focal, 0.625, 1e-15);
    check_number("d_principal[1]", d_cam.principal[1], 1, 1e-15);
    check_number("d_weight", d_weight, 1.25, 1e-15);
}

int main(void)
{
    static Problem p;
    make(&p);
    by_hand();
    CheckVar var[] = {
        check_var("cameras", (double *)p.cams, CAMS * CAMERA_SIZE),
        check_var("points", (double *)p.points, POINTS * 3),
        check_var("weights", p.weights, OBS),
    };
    Camera *d_cams = (Camera *)(void *)var[0].d, *v_cams = (Camera *)(void *)var[0].v;
    Point *d_points = (Point *)(void *)var[1].d, *v_points = (Point *)(void *)var[1].v;

    double value = ba_error_grad(CAMS, POINTS, OBS, p.cams, p.points, p.weights, p.obs, d_cams, d_points, var[2].d), tangent;
    printf("scalar error %.15g\n", value);
    check_number("value that the gradient returns", value, error(&p), 0);
    check_gradient(var, 3, error, &p);
    ba_error_jvp(CAMS, POINTS, OBS, p.cams, p.points, p.weights, p.obs, v_cams, v_points, var[2].v, &tangent);
    check_tangent(var, 3, tangent);

    puts("residual vector, random seed");
    double residual[3 * OBS], d_residual[3 * OBS];
    for (int i = 0; i < 3; i++)
        for (size_t k = 0; k < var[i].n; k++)
            var[i].d[k] = 0;
    for (int i = 0; i < 3 * OBS; i++)
        d_residual[i] = p.seed[i];
    ba_residuals_vjp(CAMS, POINTS, OBS, p.cams, p.points, p.weights, p.obs, residual, d_cams, d_points, var[2].d, d_residual);
    for (int i = 0; i < 3 * OBS; i++)
        check_failed |= d_residual[i] != 0; /* overwritten outputs: nothing depends on what they held */
    check_gradient(var, 3, seeded_residuals, &p);
    ba_residuals_jvp(CAMS, POINTS, OBS, p.cams, p.points, p.weights, p.obs, residual, v_cams, v_points, var[2].v, d_residual);
    tangent = 0;
    for (int i = 0; i < 3 * OBS; i++)
        tangent += p.seed[i] * d_residual[i];
    check_tangent(var, 3, tangent);
    check_free(var, 3);
    return check_status();
}

// expect: 9:15: error: 'f_grad' uses the static variable 'scale', which is written
// expect: 4:15: note: give it external linkage, or use --with-primal, which includes this file in the generated one
// construct: a `static` file-scope variable that is written: --with-primal, or external linkage
static double scale = 2;
// args: --grad f
void set_scale(double s) { scale = s; }
double f(double x)
{
    double y= scale;
    return y * x;
}

// expect: adgen: error: global 'net' is a struct without a name: the generated function could not declare its derivatives; name it
// args: --grad 'f(x, net)'
// construct: a variable of a struct without a name in the SPEC: name the struct
struct {
    double rate;
} net;

double f(double x)
{
    return x * net.rate;
}

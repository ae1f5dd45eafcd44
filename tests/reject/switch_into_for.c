// expect: 5:8: error: 'f' has a goto into a block (or a case) from outside; restructure it with loops and ifs
// args: --grad f
// construct: a case label inside a `for` loop that declares its counter: declare it before

double f(double x, int n)
{
    switch (n) {
    case 0:
        for (int i = 0; i < 3; i++) {
            x *= 2;
    case 1:
            x = x * x;
        }
    }
    return x;
}

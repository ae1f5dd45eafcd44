# awk -f generate.awk -v shape=SHAPE -v n=STATEMENTS: a C file whose function f has about that many statements.
# What it computes does not matter; the sequence of random choices is fixed, so that two runs measure the same input.
function pick(m) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % m }
function x() { return "x[" pick(40) "]" }
function w() { return "w[" pick(40) "]" }
function begin() { print "double f(const double *x, double *w, int n)\n{\n    double t = x[0], s = 0;" }
function end() { print "    return s + t;\n}" }

# Reads and writes of arrays, some of them nonlinear.
function straight(n,   i) {
    begin()
    for (i = 0; i < n; i++)
        if (i % 5 == 0) printf "    %s = sin(%s) * %s;\n", w(), w(), x()
        else if (i % 5 == 1) printf "    t = t * 0.5 + %s * %s;\n", w(), x()
        else if (i % 5 == 2) printf "    %s += %s * t;\n", w(), w()
        else if (i % 5 == 3) printf "    s += %s / (2 + %s * %s);\n", w(), x(), x()
        else printf "    w[%d] = %s - 0.25 * s;\n", i % 40, x()
    end()
}

function loops(n,   i) {
    begin()
    for (i = 0; i < n / 3; i++)
        if (i % 3 == 0) printf "    for (int i = 0; i < n; i++) {\n        double u = w[i] * x[i];\n        w[i] = u * %s;\n    }\n", x()
        else if (i % 3 == 1) print "    for (int i = 0; i < n; i++) {\n        s += w[i] * w[i];\n        t = t * 0.5 + x[i];\n    }"
        else printf "    for (int i = 1; i < n; i++) {\n        w[i] = w[i - 1] * %s + sin(x[i]);\n        s += w[i];\n    }\n", x()
    end()
}

function ifs(n,   i) {
    begin()
    for (i = 0; i < n / 3; i++)
        if (i % 3 == 0) printf "    if (%s > %s)\n        t = t * %s;\n    else\n        s += %s * t;\n", x(), w(), x(), w()
        else if (i % 3 == 1) printf "    if (t < %s)\n        %s = t * %s;\n    s += t;\n", x(), w(), x()
        else printf "    if (n > %d) {\n        %s *= %s;\n        t += %s;\n    }\n", i, w(), x(), w()
    end()
}

function scalars(n,   i) {
    begin()
    print "    double v0 = t, v1 = x[1], v2 = x[2], v3 = x[3];"
    for (i = 4; i < n; i++)
        if (i % 3) printf "    double v%d = v%d * v%d + %s;\n", i, i - 1 - pick(4), i - 1 - pick(i - 1), x()
        else printf "    double v%d = exp(-v%d * v%d);\n", i, i - 1 - pick(i - 1), i - 1 - pick(4)
    printf "    s = v%d;\n", n - 1
    end()
}

function calls(n,   i, k) {
    for (i = 0; i < 10; i++)
        printf "static double g%d(double a, double b)\n{\n    double c = a * b;\n    return c * %d + a;\n}\n", i, i + 1
    for (i = 0; i < 5; i++)
        printf "static void h%d(double *p, const double *q, int k)\n{\n    if (k < %d)\n        return;\n    p[k] = q[k] * p[k - 1];\n}\n", i, i + 1
    begin()
    for (i = 0; i < n; i++)
        if (i % 3) printf "    t = g%d(t, %s);\n", pick(10), x()
        else printf "    h%d(w, x, %d);\n", pick(5), pick(40)
    end()
}

# Blocks of 24 levels, ifs and loops in turn.
function nested(n,   i, k, indent) {
    begin()
    for (i = 0; i < n / 48; i++) {
        indent = "    "
        for (k = 0; k < 24; k++) {
            if (k % 8 == 7) printf "%sfor (int i%d = 0; i%d < 2; i%d++) {\n", indent, k, k, k
            else printf "%sif (%s > 0.%d) {\n", indent, x(), k
            indent = indent "    "
            printf "%st = t * %s + %s;\n", indent, w(), x()
        }
        for (k = 23; k >= 0; k--) {
            indent = substr(indent, 5)
            printf "%s}\n", indent
        }
    }
    end()
}

function expression(n,   i) {
    begin()
    printf "    s = x[0]"
    for (i = 1; i < n; i++)
        printf " %s %s * %s%s", (i % 4 ? "+" : "-"), x(), w(), (i % 8 ? "" : "\n       ")
    print ";"
    end()
}

# Many functions of 20 statements each.
function functions(n,   i, k) {
    for (i = 0; i < n / 20; i++) {
        printf "AD_GRAD()\ndouble f%d(AD_LEN(40) const double *x, AD_LEN(40) double *w, int n)\n{\n    double t = 0;\n    for (int i = 0; i < n; i++) {\n", i
        for (k = 0; k < 17; k++)
            if (k % 3) printf "        t += w[i] * %s;\n", x()
            else printf "        w[i] = t * %s + x[i];\n", x()
        print "    }\n    return t;\n}"
    }
}

# (((...x[0]...)))
function parentheses(n,   i) {
    begin()
    printf "    s = "
    for (i = 0; i < n; i++) printf "("
    printf "x[0]"
    for (i = 0; i < n; i++) printf " * %s)", x()
    print ";"
    end()
}

# if ... else if ... else if ...
function chain(n,   i) {
    begin()
    for (i = 0; i < n / 2; i++)
        printf "    %sif (n == %d)\n        t = t * %s;\n", (i ? "else " : ""), i, x()
    end()
}

function cases(n,   i) {
    begin()
    print "    for (int i = 0; i < n; i++)\n        switch (i) {"
    for (i = 0; i < n / 3; i++)
        printf "        case %d:\n            t = t * %s;\n            break;\n", i, x()
    print "        }"
    end()
}

BEGIN {
    seed = 7
    print "#include <adgen.h>\n#include <math.h>\n"
    if (shape == "straight") straight(n)
    else if (shape == "loops") loops(n)
    else if (shape == "ifs") ifs(n)
    else if (shape == "scalars") scalars(n)
    else if (shape == "calls") calls(n)
    else if (shape == "nested") nested(n)
    else if (shape == "expression") expression(n)
    else if (shape == "functions") functions(n)
    else if (shape == "parentheses") parentheses(n)
    else if (shape == "chain") chain(n)
    else if (shape == "cases") cases(n)
    else { print "generate.awk: unknown shape " shape >"/dev/stderr"; exit 1 }
}

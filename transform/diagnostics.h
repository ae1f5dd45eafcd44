/* diagnostics.h: all diagnostics that have a name, for `adgen --explain NAME`, SARIF's rules, and -W options.
 *
 *   WARNING(name, on from the start, summary, explanation, example)     diag_warning takes no name that is not here
 *   ERROR(name, match, summary, explanation, example)                   the first row of which a part of `match` (| between) is in the message
 *
 * The example is a C file whose first line says the options that bring the diagnostic about; the tests run it. Errors of the C front end
 * itself, and usage errors, explain themselves. */
WARNING("nondifferentiable", true, "a result depends on a number whose derivative is lost",
        "What becomes an integer, or is only compared, has no derivative: the result moves with it in steps, and the derivative is 0\n"
        "between them. Nothing is said where the number is also used as one (x - (int)x, a maximum).",
        "// adgen --grad f\n"
        "double f(double x)\n"
        "{\n"
        "    int n = (int)(8 * x);\n"
        "    return n * 0.125;\n"
        "}\n")
WARNING("private-static", true, "a copied function has a static local variable that it writes",
        "A static function of the source that the derivative calls without differentiating it is repeated in OUT, with static\n"
        "variables of its own: what one copy writes the other does not see. Give the function external linkage, or use --with-primal.\n"
        "Static numbers, and memory in static pointers, that carry derivatives start anew in each call of the derivative: right for\n"
        "caches and workspaces. Nothing is said where it is seen that all is written before it is read.",
        "// adgen --grad 'f(x)'\n"
        "static int calls(void)\n"
        "{\n"
        "    static int n;\n"
        "    return ++n;\n"
        "}\n"
        "double f(double x)\n"
        "{\n"
        "    return calls() * x * x;\n"
        "}\n")
WARNING("unused-option", true, "an option has no effect in this run",
        "For example --set, --range and --len say how --check makes up arguments: without --check they do nothing.",
        "// adgen --grad f --set n=3\n"
        "double f(double x, int n)\n"
        "{\n"
        "    return n * x;\n"
        "}\n")
ERROR("graph-values", "a graph with values cannot show", "--emit=dot with inputs meets what has no nodes",
      "Every number of a run is a node with edges to those it was made of. What a recursive function, a sort, BLAS or input makes out of\n"
      "sight would stand there as a constant, and complex numbers are two: the adjoints would be wrong. Leave out the inputs for the graph\n"
      "of the function as it stands.",
      "// adgen --emit=dot --grad 'power(x)' --set n=3\n"
      "double power(double x, int n)\n"
      "{\n"
      "    return n == 0 ? 1 : x * power(x, n - 1);\n"
      "}\n")
ERROR("recursion", "recursive function|recursive call of|through recursion", "a recursive function does what is not supported in one",
      "Functions that call themselves have derivatives where each thing that they change is one for all of their derivatives. Write it as\n"
      "a loop, or give the function a derivative of its own with AD_CUSTOM_VJP(f, f_vjp).",
      "// adgen --grad 'f(x)'\n"
      "double f(double x, int n)\n"
      "{\n"
      "    static int calls;\n"
      "    calls++;\n"
      "    return n > 0 ? x * f(x * x, n - 1) : f(x, 0) + calls;\n"
      "}\n")
ERROR("checkpoint", "AD_CHECKPOINT:", "a loop that cannot be checkpointed",
      "Steps of an AD_CHECKPOINT loop are run again: they may not have effects that cannot be repeated, and what they change must have a\n"
      "known length. Move effects and allocations out of the loop, and declare arrays with AD_LEN.",
      "// adgen --grad f\n"
      "#include <adgen.h>\n"
      "#include <stdlib.h>\n"
      "double f(double x, int steps)\n"
      "{\n"
      "    AD_CHECKPOINT(3)\n"
      "    for (int t = 0; t < steps; t++)\n"
      "        x = x * x + rand();\n"
      "    return x;\n"
      "}\n")
ERROR("alloca", "alloca inside", "alloca in a loop or a branch",
      "Such memory lives until the function returns, whatever is around it. Use malloc and free, or call alloca at the function's start.",
      "// adgen --grad 'f(x)'\n"
      "#include <alloca.h>\n"
      "double f(double x, int n)\n"
      "{\n"
      "    for (int i = 0; i < n; i++) {\n"
      "        double *t = alloca(8);\n"
      "        *t = x * i;\n"
      "        x += *t;\n"
      "    }\n"
      "    return x;\n"
      "}\n")
ERROR("custom-derivative",
      "custom derivative|custom one|the derivative of this call needs what|would do so again|does not have the type of a|derivative runs it again|needed again by the derivative|"
      "before the derivative of this call|has no AD_CUSTOM_",
      "a derivative written by hand does not fit",
      "AD_CUSTOM_VJP(f, f_vjp) and AD_CUSTOM_JVP(f, f_jvp) name functions with the signatures that adgen would generate. What they need of\n"
      "f's arguments must still be there when they run, or have a known length (AD_LEN), so that a copy can be kept; f itself must depend on\n"
      "its arguments alone and have no other effects.",
      "// adgen --grad f\n"
      "#include <adgen.h>\n"
      "double sq(double x)\n"
      "{\n"
      "    return x * x;\n"
      "}\n"
      "void sq_vjp(float x, float *d_x, float d_return);\n"
      "AD_CUSTOM_VJP(sq, sq_vjp)\n"
      "double f(double x)\n"
      "{\n"
      "    return sq(x);\n"
      "}\n")
ERROR("missing-body", "its body is not in the given files|the body of '", "a function's source is needed",
      "adgen differentiates through every call that carries derivatives, so it must see the bodies. Give all source files on the command\n"
      "line, declare a derivative with AD_CUSTOM_VJP, or declare the function AD_INACTIVE if its result carries none.",
      "// adgen --grad f\n"
      "double other(double x);\n"
      "double f(double x)\n"
      "{\n"
      "    return other(x);\n"
      "}\n")
ERROR("function-pointer", "call of a function pointer|may call the static function", "a call through a pointer that cannot be followed",
      "A call through a pointer may reach every function of its type in the given files, static ones if their address is taken there. None\n"
      "fits, or one of them is static and its address would be another one in the generated file.",
      "// adgen --grad 'f(x)'\n"
      "double f(double (*g)(double), double x)\n"
      "{\n"
      "    return g(x);\n"
      "}\n")
ERROR("unlisted", "carries derivatives from this write to a later read", "memory that is not in the SPEC carries derivatives",
      "A parameter that the SPEC leaves out is written with numbers that depend on the independents, and read again. List it after a\n"
      "semicolon, as scratch: f(x -> y; tmp). The generated function then has a d_tmp, normally zero.",
      "// adgen --vjp 'f(x -> y)'\n"
      "void f(const double *x, double *tmp, double *y, int n)\n"
      "{\n"
      "    for (int i = 0; i < n; i++)\n"
      "        tmp[i] = 2 * x[i];\n"
      "    for (int i = 0; i < n; i++)\n"
      "        y[i] = tmp[i] * tmp[i];\n"
      "}\n")
ERROR("one-scalar", "value: name what it computes|a gradient needs|is not one scalar|and the scalar that is differentiated",
      "a gradient is of one scalar", "--grad needs exactly one dependent: the floating return value, or one `*err` named as `f(x -> err)`. For more, use --vjp.",
      "// adgen --grad f\n"
      "void f(const double *x, double *y)\n"
      "{\n"
      "    y[0] = x[0] * x[1];\n"
      "}\n")
ERROR("nameless-struct", "is a struct without a name", "a variable in the SPEC whose struct has no name",
      "The derivatives of a variable at file scope are a parameter of the generated function, which has its type. Give the struct a tag or a typedef.",
      "// adgen --grad 'f(x, net)'\n"
      "struct {\n"
      "    double rate;\n"
      "} net;\n"
      "double f(double x)\n"
      "{\n"
      "    return x * net.rate;\n"
      "}\n")
ERROR("const-field", "with a const floating field|the const bit-field", "a struct with a const floating field cannot have a derivative",
      "A shadow has the type of what it belongs to, and a const field in it could not be written. Declare the field without const.",
      "// adgen --grad f\n"
      "struct S {\n"
      "    const double a;\n"
      "    double b;\n"
      "};\n"
      "double f(struct S *s)\n"
      "{\n"
      "    return s->a * s->b;\n"
      "}\n")
ERROR("spec", "(SPEC '|SPEC '|comes after the SPEC|is const: it cannot be|is passed by value: it cannot be|has no floating parameter", "a SPEC does not fit the function",
      "NAME, NAME(x, y), NAME(x -> y), NAME(x -> y; scratch): names are parameters of the function or file-scope variables with floating\n"
      "data. A dependent is written through a pointer, so it is neither const nor passed by value.",
      "// adgen --grad 'f(y)'\n"
      "double f(double x)\n"
      "{\n"
      "    return x * x;\n"
      "}\n")
ERROR("name-clash", "is something else in another file|with --name|includes two files that have a variable", "two things would have one name",
      "Name one of the derivatives with --name after its SPEC. What two files define differently under one name cannot both be repeated in OUT.",
      "// adgen --grad 'f(x)' --grad 'f(y)'\n"
      "double f(double x, double y)\n"
      "{\n"
      "    return x * y;\n"
      "}\n")
ERROR("static-address", "the address of the static variable", "the derivative asks for the address of a static variable of the source",
      "The generated file has a copy of it, at another address: a comparison with a pointer that the source has made would never hold. Give\n"
      "the variable external linkage, or use --with-primal, which compiles the source as part of the generated file.",
      "// adgen --vjp f\n"
      "static const struct kind { int n; } spring = {2};\n"
      "double f(const struct kind *k, double x)\n"
      "{\n"
      "    return k == &spring ? x * x : x;\n"
      "}\n")
ERROR("private-state", "uses the static variable", "the derivative uses a static variable of the source that is written",
      "The generated file would have a variable of its own, and what one copy writes the other would not see. Give it external linkage, or\n"
      "use --with-primal, which compiles the source as part of the generated file.",
      "// adgen --grad 'f(x)'\n"
      "static double scale = 2;\n"
      "void set_scale(double s)\n"
      "{\n"
      "    scale = s;\n"
      "}\n"
      "double f(double x)\n"
      "{\n"
      "    return scale * x * x;\n"
      "}\n")
ERROR("goto", "has a goto into a block", "a jump past the declaration of a variable that is used there",
      "The variable has no value then: declare it, and set it, before the jump.",
      "// adgen --grad f\n"
      "double f(double x, int n)\n"
      "{\n"
      "    if (n)\n"
      "        goto mid;\n"
      "    for (int i = 0; i < 3; i++) {\n"
      "        x *= 2;\n"
      "    mid:\n"
      "        x = x * x;\n"
      "    }\n"
      "    return x;\n"
      "}\n")
ERROR("unsupported", "adgen does not support|cannot show complex numbers", "a construct that adgen does not differentiate",
      "Move it to a function that is not differentiated, or write it differently.",
      "// adgen --grad f\n"
      "double f(double x)\n"
      "{\n"
      "    __asm__(\"nop\");\n"
      "    return x * x;\n"
      "}\n")
ERROR("variable-arguments", "has variable arguments|takes a variable number|of type 'va_list'", "a function with `...` cannot be differentiated", "Pass an array and its length.",
      "// adgen --grad f\n"
      "double f(double x, ...)\n"
      "{\n"
      "    return x * x;\n"
      "}\n")
ERROR("volatile", "is a volatile floating", "a volatile variable carries derivatives", "Use an ordinary variable for what is computed.",
      "// adgen --grad f\n"
      "double f(double x)\n"
      "{\n"
      "    volatile double t = x * x;\n"
      "    return t;\n"
      "}\n")
ERROR("bits", "bytes of type|in the bytes of a number|in the bytes of whose shadow|the bits of floating data|copies the bytes|moves the bytes|made of the bytes", "floating numbers are accessed as bytes or integers",
      "adgen cannot follow a derivative through the bits of a number. Copy values of one type; frexp, ldexp, signbit, copysign are known.",
      "// adgen --grad f\n"
      "#include <string.h>\n"
      "double f(double x)\n"
      "{\n"
      "    unsigned long bits;\n"
      "    memcpy(&bits, &x, sizeof bits);\n"
      "    bits ^= 1;\n"
      "    memcpy(&x, &bits, sizeof bits);\n"
      "    return x;\n"
      "}\n")
ERROR("memset", "memset of floating|by memset is not supported|this may clear an independent", "memset of floating numbers", "Only zero is a number of all equal bytes: assign others in a loop.",
      "// adgen --vjp f\n"
      "#include <string.h>\n"
      "void f(const double *x, double *y, int n)\n"
      "{\n"
      "    memset(y, 1, n * sizeof *y);\n"
      "    y[0] = x[0];\n"
      "}\n")
ERROR("unknown-extent", "cannot tell how much of it|size of memory that the derivative needs", "how much memory is written is not known",
      "A library function writes memory that carries derivatives, and the derivative would have to clear exactly as much of it. Read into\n"
      "another variable, and copy.",
      "// adgen --grad f\n"
      "#include <stdio.h>\n"
      "double f(double x)\n"
      "{\n"
      "    double y = x;\n"
      "    if (x < 0)\n"
      "        fgets((char *)&y, sizeof y, stdin);\n"
      "    return y * x;\n"
      "}\n")
ERROR("ambiguous-pointer", "to an independent or to a dependent|cannot tell apart from any other|the derivative through this pointer",
      "a pointer may lead to memory with different derivatives",
      "The d_ of an independent is only added to, that of a dependent holds a seed: a write that may reach either cannot serve both. Write to\n"
      "them through different pointers, or name both on both sides of `->`.",
      "// adgen --vjp f\n"
      "struct box { double v[4]; };\n"
      "double f(double *a, struct box s, int k)\n"
      "{\n"
      "    double *both[2] = {a, s.v}, *p = both[k];\n"
      "    for (int i = 0; i < 4; i++)\n"
      "        p[i] = 2 * s.v[i];\n"
      "    return a[0];\n"
      "}\n")
ERROR("max-tape", "--max-tape:", "the tape cannot be kept below the limit",
      "What a loop keeps for the reverse sweep is more than --max-tape allows, and its steps cannot be run again instead. Give a larger limit,\n"
      "or move what cannot be repeated out of the loop.",
      "// adgen --max-tape 64K --grad 'f(x)'\n"
      "#include <stdlib.h>\n"
      "double f(const double *x, int steps)\n"
      "{\n"
      "    double a[8], s = 0;\n"
      "    for (int i = 0; i < 8; i++)\n"
      "        a[i] = x[i];\n"
      "    for (int t = 0; t < steps; t++)\n"
      "        for (int i = 0; i < 8; i++)\n"
      "            a[i] = a[i] * (a[(i + rand() % 2) % 8] - 0.5);\n"
      "    for (int i = 0; i < 8; i++)\n"
      "        s += a[i];\n"
      "    return s;\n"
      "}\n")
ERROR("openmp", "depends on the threads that run", "a parallel region whose derivative would depend on the threads",
      "A derivative must not depend on how many threads there are. Let `#pragma omp for` share the work, with private and reduction variables.",
      "// adgen --grad 'f(x)' -fopenmp\n"
      "#include <omp.h>\n"
      "double f(double x)\n"
      "{\n"
      "    double s = 0;\n"
      "#pragma omp parallel reduction(+ : s)\n"
      "    s += x * omp_get_thread_num();\n"
      "    return s;\n"
      "}\n")
ERROR("matrix", "a dense |a sparse |the structure of '", "a Jacobian or Hessian cannot be made", "A dense Jacobian or Hessian runs the function several times: lengths must be known (AD_LEN), and effects would be repeated.",
      "// adgen --jacobian 'f(x -> y)'\n"
      "void f(const double *x, double *y)\n"
      "{\n"
      "    y[0] = x[0] * x[1];\n"
      "}\n")
ERROR("check-arguments", "--check cannot make up", "--check needs to be told an argument",
      "AD_LEN(n) or --len x=n gives a length, --set n=3 a value, --range x=0:1 a range.",
      "// adgen --grad f --check\n"
      "double f(const double *x, int n)\n"
      "{\n"
      "    return x[0] * x[n - 1];\n"
      "}\n")
ERROR("annotation", "this annotation does not belong|malformed SPEC|belong right before a loop|is given as two function names",
      "an annotation does not fit where it stands", "AD_GRAD and its kin stand before a function, AD_LEN before a pointer parameter, AD_CHECKPOINT before a loop.",
      "// adgen --grad f\n"
      "#include <adgen.h>\n"
      "double f(AD_GRAD(x) double x)\n"
      "{\n"
      "    return x * x;\n"
      "}\n")
ERROR("file", "cannot read '|cannot write '", "a file cannot be read or written", "The reason is the operating system's.",
      "// adgen --grad f nowhere.c\n"
      "double f(double x)\n"
      "{\n"
      "    return x * x;\n"
      "}\n")
ERROR("resource-headers", "libclang's own headers", "the compiler's own headers are missing",
      "stddef.h, stdarg.h and others belong to libclang. Debian has them in libclang-common-19-dev.",
      "// adgen --grad f -- -nobuiltininc\n"
      "#include <stddef.h>\n"
      "double f(double x)\n"
      "{\n"
      "    return x * x;\n"
      "}\n")
ERROR("union", "members of 'union|union '", "a union has floating numbers in more than one member",
      "Which member was written last decides what a derivative means, and adgen cannot tell. Use a struct.",
      "// adgen --grad f\n"
      "union U {\n"
      "    double d;\n"
      "    float f;\n"
      "};\n"
      "double f(double x)\n"
      "{\n"
      "    union U u;\n"
      "    u.d = x * x;\n"
      "    return u.f * u.d;\n"
      "}\n")
ERROR("no-malloc", "--no-malloc:|--tape-storage", "no bound is known for what is kept",
      "Without a heap every array has a fixed size. A bound is known from constants, from AD_LEN and from tests: `if (n > 100) return 0;`.",
      "// adgen --grad f --no-malloc\n"
      "#include <math.h>\n"
      "double f(double x)\n"
      "{\n"
      "    while (x < 100)\n"
      "        x = x * exp(x);\n"
      "    return x;\n"
      "}\n")
ERROR("directions", "--directions|directions at once", "several directions at once are not possible here",
      "Each number of a derivative gets a last index: a struct or an array of pointers has no place for it. Leave out --directions and call\n"
      "the function once for each direction.",
      "// adgen --jvp f --directions 4\n"
      "struct P {\n"
      "    double x, y;\n"
      "};\n"
      "double f(const struct P *p)\n"
      "{\n"
      "    return p->x * p->y;\n"
      "}\n")
ERROR("primal-done", "--primal-done:", "the primal's memory does not hold what the derivative needs",
      "With --primal-done the derivative reads what the primal has left and computes the rest again from it. What was overwritten, and what calls\n"
      "have put into memory of the function's own, is not there any more. Store it in an array of its own, or leave out --primal-done.",
      "// adgen --vjp f --primal-done\n"
      "void f(double *x, int n)\n"
      "{\n"
      "    for (int i = 0; i < n; i++)\n"
      "        x[i] *= x[i] * x[i];\n"
      "}\n")

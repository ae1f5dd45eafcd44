/* What it declares is packed by the file that includes it. */
struct wire {
    char kind;
    double a;
    float b;
};

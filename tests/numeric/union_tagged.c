// std: c11
// check: --set n=4 --len x=4 --len coef=3
// construct: structs: tagged unions of a number, an integer and an address, copied and cleared
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- values of an interpreter, by value; small integers beside numbers */
struct value {
    int tag;
    union {
        double num;
        int i;
        struct value *kids;
    } u;
};

static struct value number(double x)
{
    struct value v = {.tag = 0, .u = {.num = x}};
    return v;
}

static struct value integer(int i)
{
    struct value v;
    memset(&v, 0, sizeof v);
    v.tag = 1;
    v.u.i = i;
    return v;
}

static struct value sum(struct value a, struct value b)
{
    if (a.tag == 1 && b.tag == 1)
        return integer(a.u.i + b.u.i);
    return number((a.tag == 0 ? a.u.num : a.u.i) + (b.tag == 0 ? b.u.num : b.u.i));
}

AD_GRAD(x)
double added(const double *x, int n)
{
    struct value s = integer(0), all[3] = {{0}};
    for (int i = 0; i < n; i++) {
        s = sum(s, i < 2 ? integer(i) : number(x[i] * x[i - 1] * i));
        all[i % 3] = s;
        if (i == 1)
            all[2] = (struct value){.tag = 2, .u.kids = all};
    }
    double r = s.tag == 0 ? s.u.num * s.u.num : s.u.i;
    for (int k = 0; k < 3; k++)
        if (all[k].tag != 2)
            r += sum(all[k], integer(k)).u.num;
    return r;
}

/* ---- a stack machine; an integer as large as a number, told apart by the tag */
typedef enum { T_NUM, T_INT, T_VEC } Kind;

typedef struct {
    Kind k;
    union {
        double n;
        long i;
        const double *v;
    } as;
} Value;

typedef struct {
    Value st[8];
    int top;
} Machine;

static void push(Machine *m, Value v)
{
    m->st[m->top++] = v;
}

static Value pop(Machine *m)
{
    return m->st[--m->top];
}

static double to_number(Value v)
{
    switch (v.k) {
    case T_INT:
        return (double)v.as.i;
    case T_NUM:
        return v.as.n;
    default:
        return v.as.v[0];
    }
}

enum { NUM, VEC, AT, MUL, SIN, DUP, I0, I1, I2, SWAP };

AD_GRAD(x, a)
double run(const double *x, double a)
{
    static const int code[] = {NUM, VEC, I2, AT, MUL, SIN, DUP, NUM, SWAP, MUL, VEC, MUL, I1, I2, MUL, MUL, NUM, SWAP, MUL, MUL};
    Machine m = {.top = 0};
    for (unsigned pc = 0; pc < sizeof code / sizeof *code; pc++) {
        Value p, q, r = {T_NUM, {0}};
        switch (code[pc]) {
        case NUM:
            p.k = T_NUM;
            p.as.n = a;
            push(&m, p);
            break;
        case VEC:
            p.k = T_VEC;
            p.as.v = x;
            push(&m, p);
            break;
        case I0: case I1: case I2:
            p.k = T_INT;
            p.as.i = code[pc] - I0;
            push(&m, p);
            break;
        case AT:
            q = pop(&m);
            p = pop(&m);
            if (p.k == T_VEC && q.k == T_INT)
                r.as.n = p.as.v[q.as.i];
            push(&m, r);
            break;
        case DUP:
            p = pop(&m);
            push(&m, p);
            push(&m, p);
            break;
        case SWAP:
            q = pop(&m);
            p = pop(&m);
            push(&m, q);
            push(&m, p);
            break;
        case SIN:
            r.as.n = sin(to_number(pop(&m)));
            push(&m, r);
            break;
        default:
            q = pop(&m);
            p = pop(&m);
            r.as.n = to_number(p) * to_number(q);
            push(&m, r);
        }
    }
    return to_number(pop(&m));
}

/* ---- without a tag: what is where is known to the program only; two addresses beside one number; cleared by memset */
typedef union {
    double d;
    void *p;
    struct {
        void *a, *b;
    } s;
} Cell;

AD_GRAD(x)
double cells(double *x, int n)
{
    Cell c[4], *heap = malloc(3 * sizeof *heap);
    double acc = 1;
    memset(c, 0, sizeof c);
    for (int i = 0; i < n; i++) {
        c[0].d = x[i] * x[i];
        c[1].s.a = &x[i];
        c[1].s.b = &c[0];
        heap[0] = c[0];
        heap[1 + i % 2] = c[1];
        heap[2 - i % 2] = c[0];
        c[2] = heap[1 + i % 2];
        acc += heap[0].d * *(double *)c[2].s.a + ((Cell *)c[2].s.b)->d * heap[2 - i % 2].d;
        memcpy(&c[3], &c[i % 2], sizeof c[3]);
        acc *= i % 2 ? cos(*(double *)c[3].p) : sin(c[3].d);
        c[1] = c[0];
        acc += c[1].d;
    }
    free(heap);
    return acc;
}

/* ---- a tree of tagged nodes, built and evaluated by recursion */
struct expr {
    enum { CONST, VAR, ADD, TIMES, EXP } op;
    union {
        double value;
        int var;
        struct {
            struct expr *l, *r;
        };
    };
};

static double eval(const struct expr *e, const double *x)
{
    switch (e->op) {
    case CONST:
        return e->value;
    case VAR:
        return x[e->var];
    case ADD:
        return eval(e->l, x) + eval(e->r, x);
    case TIMES:
        return eval(e->l, x) * eval(e->r, x);
    default:
        return exp(-eval(e->l, x));
    }
}

AD_GRAD(x, coef)
double formula(const double *x, const double *coef)
{
    struct expr e[8];
    for (int i = 0; i < 3; i++) {
        e[i].op = CONST;
        e[i].value = coef[i];
    }
    e[3].op = VAR;
    e[3].var = 2;
    e[4].op = TIMES;
    e[4].l = &e[0];
    e[4].r = &e[3];
    e[5].op = ADD;
    e[5].l = &e[4];
    e[5].r = &e[1];
    e[6].op = EXP;
    e[6].l = &e[5];
    e[7].op = TIMES;
    e[7].l = &e[6];
    e[7].r = &e[5];
    double y = eval(&e[7], x);
    e[2].op = VAR;
    e[2].var = 1;
    e[7].l = &e[2];
    return y * eval(&e[7], x);
}

/* ---- values on a stack that grows; lists of a number beside an index or an address */
typedef struct {
    struct value *at;
    int n, room;
} Stack;

static void put(Stack *s, struct value v)
{
    if (s->n == s->room) {
        s->room = s->room ? 2 * s->room : 1;
        s->at = realloc(s->at, (size_t)s->room * sizeof *s->at);
    }
    s->at[s->n++] = v;
}

AD_GRAD(x)
double grown(const double *x, int n)
{
    Stack s = {0};
    for (int i = 0; i < n; i++)
        put(&s, i % 2 ? number(x[i] * x[i]) : integer(i + 1));
    struct value copy[4];
    memcpy(copy, s.at, sizeof copy);
    double y = 1;
    while (s.n > 0) {
        struct value v = s.at[--s.n];
        y *= v.tag ? v.u.i : sin(v.u.num) + copy[s.n].u.num;
    }
    free(s.at);
    return y;
}

struct link {
    double weight;
    union {
        int step;
        const double *to;
        struct link *next;
    } how;
};

AD_GRAD(x)
double followed(const double *x, int n)
{
    struct link all[4] = {{0}}, last;
    for (int i = 0; i < 3; i++) {
        struct link made = {.weight = x[i], .how.next = &all[i + 1]};
        all[i] = made;
    }
    all[3].how.to = x + n - 1;
    double y = 0;
    struct link *p = all;
    for (int i = 0; i < 3; i++) {
        y = y * p->weight + cos(p->weight);
        p = p->how.next;
    }
    last = *p;
    return y * *last.how.to;
}

/* ---- bits that only choose have no derivative */
static int binade(double x)
{
    union {
        double d;
        unsigned long long bits;
    } v = {x};
    return (int)(v.bits >> 52 & 2047) - 1023;
}

AD_GRAD(x)
double by_binade(const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += binade(x[i]) % 2 ? sin(x[i]) : 3 * x[i] * x[i];
    return s;
}

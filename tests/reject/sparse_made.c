// args: --sparse
// expect: 27:5: error: the sparse structure cannot be found: the recursive function 'discard' frees memory for its caller; leave out --sparse
#include <stdlib.h>
#include <adgen.h>

struct node {
    double v;
    struct node *next;
};

static void discard(struct node *n)
{
    if (n)
        discard(n->next);
    free(n);
}

AD_JACOBIAN(x -> y)
void f(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    struct node *head = malloc(sizeof *head);
    if (!head)
        abort();
    *head = (struct node){x[0], NULL};
    for (int i = 0; i < n; i++)
        y[i] = head->v * x[i];
    discard(head);
}

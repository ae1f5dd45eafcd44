/* Types that refer to each other many times over, as the layers of a network do: what they hold is looked at once. */
#include <adgen.h>

struct network;

struct layer {
    int n;
    float *weights, *output;
    struct layer *input_layer, *self_layer, *output_layer, *reset, *update, *state, *input_gate, *state_gate, *save, *cell, *uf, *wf, *ui, *wi;
    struct layer *ug, *wg, *uo, *wo, *uh, *uz, *ur, *wz, *wr, *wh;
    struct network *net;
};

struct network {
    int n;
    struct layer *layers, *first, *last;
    struct network *parent, *workers;
    float *input;
};

static void forward(const struct layer l, struct network net)
{
    for (int i = 0; i < l.n; i++)
        l.output[i] = net.input[i] * l.weights[i] * l.weights[0];
}

AD_VJP(weights, x -> out)
void apply(float *weights, float *x, float *out, int n)
{
    struct layer l = {.n = n, .weights = weights, .output = out};
    struct network net = {.n = 1, .input = x};
    forward(l, net);
    for (int i = 1; i < n; i++)
        out[i] += out[i - 1] * weights[i];
}

/* bare, through the types themselves */
AD_JVP()
float first_weight(const struct layer *l)
{
    return l->weights[0] * l->weights[0];
}

// check: --set n=4
// construct: memory: arenas
// A model as programs keep them: structs of pointers into one arena, allocated when first needed, copied for brevity.
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    float *w1, *b1, *w2;
} Params;
typedef struct {
    float *h, *o;
} Acts;
typedef struct {
    Params params;
    Acts acts;
    float *params_memory, *acts_memory;
    int *order;
    float loss;
} Model;

static float *point(Acts *a, int n)
{
    float *memory = malloc(sizeof(float) * 2 * (size_t)n), *at = memory;
    float **parts[] = {&a->h, &a->o};
    for (int i = 0; i < 2; i++) {
        *(parts[i]) = at;
        at += n;
    }
    return memory;
}

static void forward(Model *model, const int *order, int n)
{
    if (model->acts_memory == NULL) {
        model->acts_memory = point(&model->acts, n);
        model->order = (int *)malloc(sizeof(int) * (size_t)n);
    }
    memcpy(model->order, order, sizeof(int) * (size_t)n);
    Params p = model->params;
    Acts a = model->acts;
    float *residual;
    for (int l = 0; l < 3; l++) {
        residual = l == 0 ? p.w1 : a.o;
        for (int i = 0; i < n; i++)
            a.h[i] = tanhf(residual[i] * p.w2[model->order[i]] + p.b1[i]);
        for (int i = 0; i < n; i++)
            a.o[i] = a.h[i] + residual[i];
    }
    model->loss = 0;
    for (int i = 0; i < n; i++)
        model->loss += a.o[i] * p.w1[i];
}

AD_GRAD(x)
float loss(AD_LEN(3 * n) float *x, int n)
{
    Model model = {0};
    int order[16];
    float **parts[] = {&model.params.w1, &model.params.b1, &model.params.w2}, *at = x;
    for (int i = 0; i < 3; i++) {
        *parts[i] = at;
        at += n;
    }
    for (int i = 0; i < n; i++)
        order[i] = (i * 3 + 1) % n;
    forward(&model, order, n);
    free(model.acts_memory);
    free(model.order);
    return model.loss;
}

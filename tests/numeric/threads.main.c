#define _POSIX_C_SOURCE 200809L
#include "out.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { N = 40, ROUNDS = 30, THREADS = 8, CALLS = 20 };
static double x[N], want[N];

static void *work(void *arg)
{
    for (int k = 0; k < CALLS; k++) {
        double g[N] = {0};
        busy_grad(x, N, ROUNDS, g);
        if (memcmp(g, want, sizeof g))
            *(int *)arg = 1;
    }
    return NULL;
}

int main(void)
{
    pthread_t thread[THREADS];
    int wrong[THREADS] = {0}, any = 0;
    for (int i = 0; i < N; i++)
        x[i] = 0.3 + 0.02 * i;
    busy_grad(x, N, ROUNDS, want);
    for (int t = 0; t < THREADS; t++)
        pthread_create(&thread[t], NULL, work, &wrong[t]);
    for (int t = 0; t < THREADS; t++) {
        pthread_join(thread[t], NULL);
        any |= wrong[t];
    }
    if (any)
        printf("threads disturb each other\n");
    return any;
}

// expect: text_numbers.c:11:16: error: this number is read from text that may be made of the bytes of floating data that carries derivatives
// expect: text_numbers.c:18:12: error: this number may be made of the bytes of others, whose derivatives end there
// args: --grad rounded --grad scanned
// construct: numbers that are printed into a string and read from it: hand the number itself on
#include <stdio.h>
#include <stdlib.h>
double rounded(double x)
{
    char text[40];
    snprintf(text, sizeof text, "%.3f", x);
    return x * atof(text);
}
double scanned(double x)
{
    char text[40];
    double y = 0;
    sprintf(text, "%a", x * x);
    return sscanf(text, "%lf", &y) == 1 ? y * x : x;
}

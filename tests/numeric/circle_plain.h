extern const int circle_size;
double circle_area(double radius);

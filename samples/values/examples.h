#ifndef EXAMPLES_H
#define EXAMPLES_H

#include "value.h"

Value polynomial(Value x);
Value exp_and_log(Value x);
Value two_logs(Value x);
Value waves(Value x);
Value rectified(Value x);
Value squashed(Value x);
Value mixed(Value x, Value y);

#endif

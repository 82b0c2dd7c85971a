/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the test in the guest share. */
#ifndef ADIT_GUEST_TEST_H
#define ADIT_GUEST_TEST_H

#include <stdbool.h>

enum { BLOCK = 64, PAGE = 4096 };

/* Reports one result in KTAP. */
void check(bool good, const char *what);

/* Does the instruction leave everything else as it was: flags, registers, the stack, 32-bit code? */
void check_state(void);

#endif

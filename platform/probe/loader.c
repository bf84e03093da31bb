/* SPDX-License-Identifier: Apache-2.0
 * Is there a dlopen()? */
#include <dlfcn.h>

int main(void) { return dlopen("", RTLD_NOW) == 0; }

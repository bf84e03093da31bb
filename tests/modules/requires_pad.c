/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that cannot do without another one, pad01, which nobody loads. */
#include <httpd/module.h>

HTTPD_MODULE(requires_pad, "version=1.0.0\0description=Requires pad01\0requires=pad01\0",
             .register_module = NULL);

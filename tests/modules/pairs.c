/* SPDX-License-Identifier: Apache-2.0
 *
 * Modules that cannot be loaded together: ring_a and ring_b wait for each other, rival_a does not
 * stand rival_b; both rivals by themselves are fine. */
#include <httpd/module.h>

#if defined(RING_A)
HTTPD_MODULE(ring_a, "version=1.0.0\0requires=ring_b\0", .register_module = NULL);
#elif defined(RING_B)
HTTPD_MODULE(ring_b, "version=1.0.0\0wants=ring_a\0", .register_module = NULL);
#elif defined(RIVAL_A)
HTTPD_MODULE(rival_a, "version=1.0.0\0conflicts=rival_b>=2\0", .register_module = NULL);
#else
HTTPD_MODULE(rival_b, "version=2.0.0\0", .register_module = NULL);
#endif

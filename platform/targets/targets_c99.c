/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled, never linked: the table is C99. */
#include "platform/targets/target.h"

extern const httpd_target httpd_targets_in_c[];
const httpd_target httpd_targets_in_c[] = {
#include "platform/targets/table.inc"
};

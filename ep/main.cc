// SPDX-License-Identifier: Apache-2.0
// The entry program. It exists to tie Abseil's static archive into the process: an executable can
// take an archive that is not position-independent, and exports from it what libhttpd.so needs.

extern "C" int httpd_main(int argc, char** argv, const char* unit_id);
extern "C" const char httpd_unit_id[];

int main(int argc, char** argv) { return httpd_main(argc, argv, httpd_unit_id); }

#include "cli/app.h"

int main(int argc, char** argv) {
  return meetlat::run_app(argc, argv);
}

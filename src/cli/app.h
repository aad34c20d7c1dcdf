// The program: arguments in, exit code out.
#pragma once

namespace meetlat {

int run_app(int argc, char** argv);

}  // namespace meetlat

#pragma once
// SQLite, under the relay's own roof.

#include "sqlite/database.h"

namespace sinetti::relay {

namespace sqlite = sinetti::sqlite;

}  // namespace sinetti::relay

#pragma once
// A passphrase is chosen on a page before the seal is open: what for, the field, how strong it is, the rules, and the button.

#include "ui/strings.h"
#include "ui/views/gate.h"

namespace sinetti::ui {

struct NewPassphrase {
    Say title;
    Say text;
    Say label;
    Say button;
};

// `problem`: what was wrong with the last one, or nothing. The field, when what is typed there is long enough and is to be taken; else 0.
NodeId draw_new_passphrase(Context& c, GateScope& gate, const NewPassphrase& words, std::string_view problem);

}  // namespace sinetti::ui

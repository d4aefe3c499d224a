#pragma once
// Two statements under the relay's signing key that cannot both be true: proof for anybody that it has kept two histories.
// Stored when it is found, and shown as text that can be carried elsewhere and checked without this program.

#include "base/secret.h"
#include "directory/board_statement.h"
#include "wire/frame.h"

#include <array>
#include <optional>
#include <string>

namespace sinetti::chat {

inline constexpr std::string_view kEvidenceRecord = "evidence";

struct Evidence {
    struct Statement {
        directory::StatementKind kind = directory::StatementKind::head;
        wire::SignedHead head;
        friend bool operator==(const Statement&, const Statement&) = default;
    };
    wire::PublicKey relay{};                 // its signing key
    std::array<Statement, 2> statements;     // of one board and position, with different heads

    bool holds() const;                      // both are signed, and they contradict each other
    std::string text() const;                // in English, as it may go to people of any kind

    base::SecretBytes serialize() const;
    static std::optional<Evidence> parse(base::ByteView record);
    friend bool operator==(const Evidence&, const Evidence&) = default;
};

}  // namespace sinetti::chat

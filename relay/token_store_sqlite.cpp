#include "relay/token_store_sqlite.h"

#include <algorithm>

namespace sinetti::relay {

using base::ByteView;
using base::Unexpected;
using namespace sqlite;

namespace {

constexpr int kTokenSchemaVersion = 1;
constexpr std::uint64_t kTokenPageSize = 4096;   // SQLite's default

// WITHOUT ROWID: rows lie in the order of their keys, so the file does not tell in which order they came.
constexpr const char* kSchema = R"(
    CREATE TABLE issuers (id BLOB PRIMARY KEY, not_before INTEGER NOT NULL, expires INTEGER NOT NULL, private_key BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE spent (issuer BLOB, nonce BLOB, PRIMARY KEY (issuer, nonce)) WITHOUT ROWID;
    CREATE TABLE issued (issuer BLOB, device BLOB, request BLOB, count INTEGER NOT NULL, PRIMARY KEY (issuer, device, request)) WITHOUT ROWID;
    PRAGMA user_version = 1;
)";

}  // namespace

struct SqliteTokenStore::Prepared {
    Database database;
    Statement add_issuer, find_spent, add_spent, sum_issued, find_issued, add_issued;
};

std::filesystem::path token_database_file(const std::filesystem::path& data) { return data / "tokens.sqlite"; }

SqliteTokenStore::SqliteTokenStore(std::unique_ptr<Prepared>&& prepared) : m_prepared(std::move(prepared)) {}
SqliteTokenStore::~SqliteTokenStore() = default;

StoreResult<std::unique_ptr<SqliteTokenStore>> SqliteTokenStore::open(const std::filesystem::path& file, std::uint64_t bytes_max)
{
    auto database = TRY(Database::open(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
    TRY(database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON"));
    if (bytes_max > 0) TRY(database.run("PRAGMA max_page_count = " + std::to_string(std::max<std::uint64_t>(1, bytes_max / kTokenPageSize))));
    if (TRY(database.pragma("user_version")) == 0) TRY(database.run(std::string("BEGIN IMMEDIATE;") + kSchema + "COMMIT;"));
    TRY(database.expect_version(kTokenSchemaVersion));
    return prepare(std::move(database));
}

StoreResult<std::unique_ptr<SqliteTokenStore>> SqliteTokenStore::inspect(const std::filesystem::path& file)
{
    auto database = TRY(Database::open(file, SQLITE_OPEN_READONLY));
    TRY(database.expect_version(kTokenSchemaVersion));
    return prepare(std::move(database));
}

StoreResult<std::unique_ptr<SqliteTokenStore>> SqliteTokenStore::prepare(Database&& database)
{
    auto add_issuer = TRY(Statement::prepare(database, "INSERT INTO issuers (id, not_before, expires, private_key) VALUES (?1, ?2, ?3, ?4)"));
    auto find_spent = TRY(Statement::prepare(database, "SELECT 1 FROM spent WHERE issuer = ?1 AND nonce = ?2"));
    auto add_spent = TRY(Statement::prepare(database, "INSERT OR IGNORE INTO spent (issuer, nonce) VALUES (?1, ?2)"));
    auto sum_issued = TRY(Statement::prepare(database, "SELECT COALESCE(SUM(count), 0) FROM issued WHERE issuer = ?1 AND device = ?2"));
    auto find_issued = TRY(Statement::prepare(database, "SELECT 1 FROM issued WHERE issuer = ?1 AND device = ?2 AND request = ?3"));
    auto add_issued = TRY(Statement::prepare(database, "INSERT INTO issued (issuer, device, request, count) VALUES (?1, ?2, ?3, ?4)"));
    std::unique_ptr<Prepared> prepared(new Prepared{std::move(database), std::move(add_issuer), std::move(find_spent), std::move(add_spent),
                                                    std::move(sum_issued), std::move(find_issued), std::move(add_issued)});
    return std::unique_ptr<SqliteTokenStore>(new SqliteTokenStore(std::move(prepared)));
}

StoreResult<std::vector<StoredIssuer>> SqliteTokenStore::issuers()
{
    auto statement = TRY(Statement::prepare(m_prepared->database, "SELECT id, not_before, expires, private_key FROM issuers ORDER BY not_before"));
    std::vector<StoredIssuer> issuers;
    while (TRY(statement.step())) {
        auto key = TRY_OR(crypto::OprfPrivateKey::from_bytes(statement.blob(3)), StoreError::broken);
        const auto id = TRY(fixed<32>(statement.blob(0)));
        issuers.push_back({id, {statement.integer(1)}, {statement.integer(2)}, std::move(key)});
    }
    return issuers;
}

StoreResult<std::vector<std::string>> SqliteTokenStore::faults()
{
    std::vector<std::string> faults;
    auto statement = TRY(Statement::prepare(m_prepared->database, "SELECT id, private_key FROM issuers ORDER BY not_before"));
    while (TRY(statement.step())) {
        const auto key = crypto::OprfPrivateKey::from_bytes(statement.blob(1));
        if (!key || !base::equal(tokens::token_key_id(key->public_key().bytes()), statement.blob(0))) faults.push_back("an issuer key is damaged");
    }
    return faults;
}

StoreResult<bool> SqliteTokenStore::add_issuer(const StoredIssuer& issuer)
{
    auto& statement = m_prepared->add_issuer;
    const Resetting resetting{statement};
    statement.bind(1, ByteView(issuer.id)).bind(2, issuer.not_before.value).bind(3, issuer.expires.value).bind(4, issuer.key.bytes());
    TRY(statement.step());
    return true;
}

StoreResult<void> SqliteTokenStore::spend(std::span<Spend> spends)
{
    return transaction(m_prepared->database, [&]() -> StoreResult<void> {
        for (auto& spend : spends) {
            const bool found = TRY(is_spent(spend.issuer, spend.nonce));
            spend.outcome = !spend.genuine ? Spend::Outcome::refused : found ? Spend::Outcome::spent_before : Spend::Outcome::accepted;
            if (spend.outcome == Spend::Outcome::accepted) TRY(insert_spent(spend.issuer, spend.nonce));
        }
        return {};
    });
}

StoreResult<bool> SqliteTokenStore::allow(const Allowance& allowance, std::size_t count_max)
{
    return transaction(m_prepared->database, [&] { return insert_allowance(allowance, count_max); });
}

StoreResult<void> SqliteTokenStore::forget(std::span<const tokens::TokenKeyId> issuers)
{
    return transaction(m_prepared->database, [&] { return remove(issuers); });
}

StoreResult<void> SqliteTokenStore::forget_expired(base::UnixMilliseconds now)
{
    return transaction(m_prepared->database, [&]() -> StoreResult<void> { return remove(TRY(expired(now))); });
}

Database& SqliteTokenStore::database() { return m_prepared->database; }

StoreResult<bool> SqliteTokenStore::is_spent(const tokens::TokenKeyId& issuer, const tokens::TokenNonce& nonce)
{
    auto& find = m_prepared->find_spent;
    const Resetting resetting{find};
    find.bind(1, ByteView(issuer)).bind(2, ByteView(nonce));
    return find.step();
}

StoreResult<bool> SqliteTokenStore::insert_spent(const tokens::TokenKeyId& issuer, const tokens::TokenNonce& nonce)
{
    auto& add = m_prepared->add_spent;
    const Resetting resetting{add};
    add.bind(1, ByteView(issuer)).bind(2, ByteView(nonce));
    TRY(add.step());
    return sqlite3_changes(m_prepared->database.handle()) == 1;
}

StoreResult<bool> SqliteTokenStore::insert_allowance(const Allowance& allowance, std::size_t count_max)
{
    auto& find = m_prepared->find_issued;
    const Resetting resetting{find};
    find.bind(1, ByteView(allowance.issuer)).bind(2, ByteView(allowance.device)).bind(3, ByteView(allowance.request));
    if (TRY(find.step())) return true;
    auto& sum = m_prepared->sum_issued;
    const Resetting resetting_sum{sum};
    sum.bind(1, ByteView(allowance.issuer)).bind(2, ByteView(allowance.device));
    TRY(sum.step());
    if (static_cast<std::size_t>(sum.integer(0)) + allowance.count > count_max) return false;
    auto& add = m_prepared->add_issued;
    const Resetting resetting_add{add};
    add.bind(1, ByteView(allowance.issuer)).bind(2, ByteView(allowance.device)).bind(3, ByteView(allowance.request));
    add.bind(4, static_cast<std::int64_t>(allowance.count));
    TRY(add.step());
    return true;
}

StoreResult<void> SqliteTokenStore::remove(std::span<const tokens::TokenKeyId> issuers)
{
    for (const auto* sql : {"DELETE FROM spent WHERE issuer = ?1", "DELETE FROM issued WHERE issuer = ?1", "DELETE FROM issuers WHERE id = ?1"}) {
        auto statement = TRY(Statement::prepare(m_prepared->database, sql));
        for (const auto& issuer : issuers) {
            const Resetting resetting{statement};
            statement.bind(1, ByteView(issuer));
            TRY(statement.step());
        }
    }
    return {};
}

StoreResult<std::vector<tokens::TokenKeyId>> SqliteTokenStore::expired(base::UnixMilliseconds now)
{
    auto statement = TRY(Statement::prepare(m_prepared->database, "SELECT id FROM issuers WHERE expires <= ?1"));
    statement.bind(1, now.value);
    std::vector<tokens::TokenKeyId> issuers;
    while (TRY(statement.step())) issuers.push_back(TRY(fixed<32>(statement.blob(0))));
    return issuers;
}

}  // namespace sinetti::relay

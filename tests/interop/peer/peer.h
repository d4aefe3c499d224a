#pragma once
// One MLS client behind lines of JSON: a request in, a reply out, in order. For tests against other implementations.
//
//   {"id":1,"cmd":"encrypt","group":"00ff","plaintext":"6869"}  ─►  {"id":1,"ok":true,"message":"0001…"}
//   anything wrong                                              ─►  {"id":1,"ok":false,"error":"decryption_failed"}
//
// Bytes are lower-case hex, messages whole MLSMessages, groups are named by their ids, identities are text. Requests:
//
//   hello                                        impl, suite
//   keypackage     identity                      keyPackage
//   create         group, identity               group, epoch, epochAuthenticator
//   add            group, keyPackages            commit, welcome, epoch, epochAuthenticator
//   remove         group, leaves, identities     commit, epoch, epochAuthenticator
//   commit         group                         commit, epoch, epochAuthenticator
//   propose        group, kind: add (keyPackage), remove (leaf), update              proposal
//   join           welcome                       group, epoch, epochAuthenticator
//   groupinfo      group                         groupInfo
//   external-join  groupInfo, identity           group, commit, epoch, epochAuthenticator
//   process        group, message                kind: proposal, commit, application; epoch, epochAuthenticator; plaintext; removed
//   encrypt        group, plaintext              message
//   decrypt        group, message                plaintext
//   exporter       group, label, context, length secret
//   wire-exporter  group, length                 secret, of MLS-Exporter("exporter", "", length)
//   epoch-authenticator, info, members           group
//   quit
//
// add, remove, commit and propose take "public": true for PublicMessage; what commits or encrypts takes "aad". A commit of one's own is
// merged at once. Nothing is stored: a peer lives as long as its process.

#include "base/random.h"
#include "mls/group.h"

#include <map>
#include <nlohmann/json.hpp>

namespace sinetti::interop {

class Peer {
public:
    Peer(mls::CipherSuite suite, mls::Lifetime lifetime, base::Random& random) : m_suite(suite), m_lifetime(lifetime), m_random(random) {}

    std::string handle(std::string_view line);   // the reply, without a line's end
    bool quit() const { return m_quit; }

private:
    class Request;
    struct Complaint {
        std::string text;
    };
    template<typename T>
    using Outcome = base::Result<T, Complaint>;
    using Reply = Outcome<nlohmann::json>;
    static base::Unexpected<Complaint> wrong(std::string text);
    template<typename T>
    static Outcome<T> said(mls::Result<T> result);

    Reply run(const Request& request);
    Reply hello(const Request&);
    Reply key_package(const Request& request);
    Reply create(const Request& request);
    Reply add(const Request& request);
    Reply remove(const Request& request);
    Reply commit(const Request& request);
    Reply propose(const Request& request);
    Reply join(const Request& request);
    Reply group_info(const Request& request);
    Reply external_join(const Request& request);
    Reply process(const Request& request);
    Reply encrypt(const Request& request);
    Reply decrypt(const Request& request);
    Reply exporter(const Request& request);
    Reply wire_exporter(const Request& request);
    Reply epoch_authenticator(const Request& request);
    Reply info(const Request& request);
    Reply members(const Request& request);

    Outcome<mls::Group*> find_group(const Request& request);
    Outcome<void> check_free(base::ByteView group_id) const;   // no group of that id that we are still in
    Reply commit_with(const Request& request, mls::CommitRequest&& commit);
    mls::LeafNodeIdentity identity(const std::string& name);
    nlohmann::json state_of(const mls::Group& group) const;

    mls::CipherSuite m_suite;
    mls::Lifetime m_lifetime;
    base::Random& m_random;
    std::vector<mls::KeyPackagePrivate> m_key_packages;
    std::map<base::Bytes, mls::Group> m_groups;
    bool m_quit = false;
};

}  // namespace sinetti::interop

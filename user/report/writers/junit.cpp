// SPDX-License-Identifier: BSD-2-Clause
// JUnit XML, as Jenkins, GitLab and others show it. A test case for each class and each degree of
// attention, so that a clean run has tests that passed, too; it fails with the rows it has.
#include "base/utf8.h"
#include "report/ci_finding.h"
#include "report/known_lines.h"
#include "report/text_finding.h"
#include "report/writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <pugixml.hpp>
#include <sstream>

namespace unfreed {
namespace {

constexpr std::array kDegrees{Attention::leaking, Attention::suspect, Attention::look};

class Suites {
  public:
    explicit Suites(const Report& report)
        : report_(report), root_(document_.append_child("testsuites")) {
        root_.append_attribute("name") = "unfreed";
    }

    void add_class(const std::string& object_class, const GroupRefs& rows) {
        begin_suite(object_class);
        for (const Attention degree : kDegrees) {
            pugi::xml_node test = begin_test(object_class, std::string(to_string(degree)));
            std::vector<std::string> headlines, lines;
            for (const Group& row : rows) {
                if (to_string(row.object_class) != object_class || row.attention != degree)
                    continue;
                headlines.push_back(finding_headline(row));
                lines.push_back(headlines.back());
                for (std::string& line : finding_details(row, report_.trace.duration_ns))
                    lines.push_back("  " + line);
            }
            if (!lines.empty())
                fail(test, "failure", failures_, headlines.front(), lines);
        }
        end_suite();
    }

    void add_trust() {
        begin_suite("report");
        pugi::xml_node test = begin_test("report", "complete");
        if (!report_.complete)
            fail(test, "error", errors_, "something was lost that may change the numbers",
                 loss_lines(report_));
        if (const auto known = known_lines(report_); !known.empty())
            add_known(known);
        end_suite();
    }

    std::string take() {
        for (const char* sum : {"tests", "failures", "errors"}) {
            unsigned total = 0;
            for (pugi::xml_node suite : root_.children("testsuite"))
                total += suite.attribute(sum).as_uint();
            root_.append_attribute(sum) = total;
        }
        std::ostringstream out;
        document_.save(out, "  ");
        return out.str();
    }

  private:
    void begin_suite(const std::string& name) {
        suite_ = root_.append_child("testsuite");
        suite_.append_attribute("name") = escape_for_terminal("unfreed." + name).c_str();
        tests_ = failures_ = errors_ = 0;
    }
    void end_suite() {
        suite_.append_attribute("tests") = tests_;
        suite_.append_attribute("failures") = failures_;
        suite_.append_attribute("errors") = errors_;
        suite_.append_attribute("skipped") = 0;
        suite_.append_attribute("time") = time().c_str();
    }
    pugi::xml_node begin_test(const std::string& suite, const std::string& name) {
        pugi::xml_node test = suite_.append_child("testcase");
        test.append_attribute("classname") = escape_for_terminal("unfreed." + suite).c_str();
        test.append_attribute("name") = name.c_str();
        test.append_attribute("time") = time().c_str();
        ++tests_;
        return test;
    }
    // What was left out, and whether the rules for it still hold.
    void add_known(const std::vector<KnownLine>& known) {
        pugi::xml_node test = begin_test("report", "known");
        std::vector<std::string> lines, wrong;
        for (const KnownLine& line : known) {
            lines.push_back(line.text);
            if (line.ink == Ink::red)
                wrong.push_back(line.text);
        }
        if (!wrong.empty())
            fail(test, "failure", failures_, wrong.front(), wrong);
        test.append_child("system-out").text() = fmt::format("{}", fmt::join(lines, "\n")).c_str();
    }
    static void fail(pugi::xml_node test, const char* element, unsigned& counted,
                     const std::string& message, const std::vector<std::string>& lines) {
        pugi::xml_node failure = test.append_child(element);
        failure.append_attribute("message") = message.c_str();
        failure.append_attribute("type") = test.attribute("name").value();
        failure.text() = fmt::format("{}", fmt::join(lines, "\n")).c_str();
        ++counted;
    }
    std::string time() const {
        return fmt::format("{:.3f}", static_cast<double>(report_.trace.duration_ns) / 1e9);
    }

    const Report& report_;
    pugi::xml_document document_;
    pugi::xml_node root_, suite_;
    unsigned tests_ = 0, failures_ = 0, errors_ = 0;
};

std::string write(const Report& report, const Sheet&) {
    const GroupRefs rows = rows_to_show(report);
    Suites suites(report);
    for (const std::string& object_class : report.trace.classes)
        suites.add_class(object_class, rows);
    suites.add_trust();
    return suites.take();
}

} // namespace

extern const Writer junit_writer;
const Writer junit_writer{"junit", "JUnit XML: a test for each class and degree of attention",
                          write, true};

} // namespace unfreed

// SPDX-License-Identifier: BSD-2-Clause
#include "look/look.h"

#include "look/step_log.h"
#include "look/steps.h"

#include <utility>

namespace unfreed::look {

Result<Survey> look(const Sources& sources, const Known& known) {
    Looking looking{sources, known, CountingWitness(sources.source), {}};
    for (const LookStep& step : look_steps()) {
        const StepLog log(step.name, looking.witness);
        if (auto taken = step.take(looking); !taken)
            return fail(taken.error());
    }
    return std::move(looking.survey);
}

} // namespace unfreed::look

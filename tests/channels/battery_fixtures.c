/* battery_fixtures: what the battery is told of each channel. */
#include "tests/channels/battery.h"

const struct battery_fixture *const battery_fixtures[] = {NULL};

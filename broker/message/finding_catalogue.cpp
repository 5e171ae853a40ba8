#include "broker/message/finding_catalogue.hpp"

#pragma once

#include <scoring/client.h>
#include <scoring/error.h>
#include <scoring/request.h>
#include <scoring/result.h>
#include <scoring/stream.h>

/*
 * frames: how a publisher writes the frames that bus.h describes.
 */
#ifndef BUS_FRAMES_H
#define BUS_FRAMES_H

#include "bus/bus.h"

void news_frame_begin(struct buf *out, uint64_t publisher, uint64_t count);
void news_write(struct buf *out, const struct news *n);
void work_write(struct buf *out, int64_t conversation);

#endif

/**
 * The host's end of posted interrupts, once for all that has guests: a remapping unit switched on,
 * a descriptor for each of the guests' processors, and who takes what is posted there.
 *
 * <p>{@link dev.adit.interrupts.post.PostingHost} puts the parts together on an isolation level;
 * {@link dev.adit.interrupts.post.PostedDescriptors} keeps and drains the descriptors; where
 * nothing can post, vectors of processors with handlers that inject take their place.
 */
@NullMarked
package dev.adit.interrupts.post;

import org.jspecify.annotations.NullMarked;

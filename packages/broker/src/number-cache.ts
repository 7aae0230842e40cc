/**
 * The library under Aedes makes a buffer of each of the 65,536 numbers that a packet can hold, with the first packet: 8 MB
 * that stay, and slower than making each when it is written. Imported for this effect, before there are packets.
 */
import { writeToStream } from 'mqtt-packet';

writeToStream.cacheNumbers = false;

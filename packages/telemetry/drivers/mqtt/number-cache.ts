/**
 * The library under MQTT.js makes a buffer of each of the 65,536 message ids at its first packet, 8 MB in all, to be
 * quicker than an edge or a node at an outside broker can use. Imported for this effect, before a connection is made.
 */
import { writeToStream } from 'mqtt-packet';

writeToStream.cacheNumbers = false;
